import { postgres } from './postgres.mjs';
import { runWith } from './run.mjs';

export default runWith(postgres);
