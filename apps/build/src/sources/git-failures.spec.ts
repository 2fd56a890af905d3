import { describe, expect, it } from '@jest/globals';
import type { GitAnswer } from './git.js';
import { fetchFailure, isCorruptCache, isMissingRef, isRedirect } from './git-failures.js';

const said = (...errors: string[]): GitAnswer => ({
  exitCode: 128,
  signal: null,
  stopped: null,
  notStarted: false,
  output: [],
  errors,
});

/** As git 2.39 to 2.51 and the large hosts say it. */
describe('what git says', () => {
  it.each([
    ["fatal: couldn't find remote ref refs/heads/gone"],
    ['fatal: remote error: upload-pack: not our ref aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
    ['error: Server does not allow request for unadvertised object aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
  ])('%s means that the ref is missing', (line) => expect(isMissingRef(said(line))).toBe(true));

  it.each([
    ["fatal: Unable to create '/data/mirrors/x/shallow.lock': File exists."],
    ['fatal: shallow file has changed since we read it'],
    ['error: object file objects/aa/bb is empty\nfatal: loose object aabb is corrupt'],
    ['fatal: not a git repository: /data/mirrors/x'],
  ])('%s means that the cache is broken', (line) => expect(isCorruptCache(said(line))).toBe(true));

  it('does not mistake a missing repository for a broken cache', () => {
    const line = "fatal: '/srv/gone.git' does not appear to be a git repository";
    expect(isCorruptCache(said(line))).toBe(false);
    expect(isMissingRef(said(line))).toBe(false);
  });

  it('tells a redirect', () => {
    expect(isRedirect(said("fatal: unable to access 'https://x/': The requested URL returned error: 301"))).toBe(true);
    expect(isRedirect(said("fatal: unable to access 'https://x/': The requested URL returned error: 404"))).toBe(false);
  });

  it.each([
    ["fatal: could not read Username for 'https://github.com': terminal prompts disabled", 'source_denied'],
    ["fatal: Authentication failed for 'https://gitlab.com/a/b.git/'", 'source_denied'],
    ["fatal: unable to access 'https://x/': The requested URL returned error: 403", 'source_denied'],
    ["fatal: transport 'ext' not allowed", 'source_denied'],
    ["fatal: repository 'https://github.com/a/b.git/' not found", 'source_not_found'],
    ["fatal: '/srv/a' does not appear to be a git repository", 'source_not_found'],
    ["fatal: unable to access 'https://x/': The requested URL returned error: 302", 'source_not_found'],
    ["fatal: unable to access 'https://x/': Could not resolve host: x", 'source_not_found'],
    ["fatal: unable to access 'https://x/': Failed to connect to x port 443: Connection refused", 'source_not_found'],
    ['fatal: write error: No space left on device', 'storage_full'],
    ['something that nobody has heard before', 'source_not_found'],
  ])('%s is the cause %s', (line, cause) => {
    expect(fetchFailure(said('warning: first', line))).toMatchObject({ cause, evidence: ['warning: first', line] });
  });
});
