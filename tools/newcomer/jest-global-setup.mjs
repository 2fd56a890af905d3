import { runWith } from '../jest/run.mjs';
import { oldestNode } from './oldest-node.mjs';

export default runWith(oldestNode);
