import type { Rule } from 'eslint';

export declare const confinedList: Rule.RuleModule;
