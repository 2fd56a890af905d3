import type { Rule } from 'eslint';

export declare const depth: Rule.RuleModule;
