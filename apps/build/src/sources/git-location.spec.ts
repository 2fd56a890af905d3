import { describe, expect, it } from '@jest/globals';
import { candidateRefs, parseGitLocation } from './git-location.js';

const causeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { cause: string }).cause;
  }
  return 'accepted';
};

describe('the place of a repository', () => {
  it.each([
    ['an option', '--upload-pack=touch /tmp/pwned'],
    ['a short option', '-oProxyCommand=touch /tmp/pwned'],
    ['a transport helper', 'ext::sh -c touch% /tmp/pwned'],
    ['a transport helper in capitals', 'EXT::sh -c id'],
    ['a helper around https', 'git-remote-x::https://example.com/a.git'],
    ['fd transport', 'fd::17/foo'],
    ['plain http', 'http://example.com/a.git'],
    ['ssh', 'ssh://git@example.com/a.git'],
    ['scp syntax', 'git@example.com:owner/a.git'],
    ['scp syntax with an option as host', '-oProxyCommand=id:a'],
    ['git protocol', 'git://example.com/a.git'],
    ['ftp', 'ftp://example.com/a.git'],
    ['nothing', ''],
    ['a relative path', '../../etc'],
    ['no URL', 'https://'],
    ['a line break', 'https://example.com/a.git\n--upload-pack=id'],
    ['a NUL', 'https://example.com/a\0.git'],
    ['absurd length', `https://example.com/${'a'.repeat(10_000)}`],
    ['a file with a host', 'file://server/share/a.git'],
  ])('refuses %s', (_, url) => {
    expect(causeOf(() => parseGitLocation(url, true))).toBe('source_denied');
  });

  it('takes local repositories only when the platform allows them', () => {
    expect(causeOf(() => parseGitLocation('/srv/git/a.git', false))).toBe('source_denied');
    expect(causeOf(() => parseGitLocation('file:///srv/git/a.git', false))).toBe('source_denied');
    expect(parseGitLocation('/srv/my git/../a.git', true).url).toBe('file:///srv/a.git');
    expect(parseGitLocation('file:///srv/git/a.git', true)).toMatchObject({ url: 'file:///srv/git/a.git', host: null });
    expect(parseGitLocation('file:///srv/my%20git/ü%25.git', true).url).toBe('file:///srv/my%20git/%C3%BC%25.git');
    for (const url of ['file:///srv/a%00b', 'file:///srv/a%2Fb', 'file:///srv/%zz', 'file://a.example/srv'])
      expect(causeOf(() => parseGitLocation(url, true))).toBe('source_denied');
  });

  it('takes credentials out of the URL, so that no log, error or list of processes shows them', () => {
    const location = parseGitLocation('https://me:s3cret%21pass@example.com:8443/a.git#x', false);
    expect(location).toEqual({
      url: 'https://example.com:8443/a.git',
      host: 'example.com',
      port: 8443,
      authorization: `Basic ${Buffer.from('me:s3cret!pass').toString('base64')}`,
    });
  });

  it('reads a host as a browser does, so that what is checked is what is fetched', () => {
    expect(parseGitLocation('https://0x7f.1/a.git', false)).toMatchObject({
      host: '127.0.0.1',
      url: 'https://127.0.0.1/a.git',
    });
    expect(parseGitLocation('https://example.com\\@evil.example/a.git', false).host).toBe('example.com');
    expect(parseGitLocation('https://[::1]/a.git', false).host).toBe('[::1]');
  });
});

describe('a ref', () => {
  it('is a branch before it is a tag', () => {
    expect(candidateRefs('main')).toEqual(['refs/heads/main', 'refs/tags/main']);
    expect(candidateRefs('feature/größe_2.0')).toEqual(['refs/heads/feature/größe_2.0', 'refs/tags/feature/größe_2.0']);
    expect(candidateRefs('refs/tags/v1')).toEqual(['refs/tags/v1']);
    expect(candidateRefs('HEAD')).toEqual(['HEAD']);
  });

  it('is asked for directly when it is a full commit id', () => {
    const commit = 'a'.repeat(40);
    expect(candidateRefs(commit)).toEqual([commit]);
  });

  it.each([
    '--upload-pack=id',
    '-x',
    '',
    '../../../etc/passwd',
    'a..b',
    'a b',
    'a:b',
    '+refs/heads/main:refs/heads/evil',
    'a~1',
    'a^{tree}',
    'a@{1}',
    'a//b',
    '/a',
    'a/',
    'a.',
    'a.lock',
    'a/.b',
    'a\nb',
    'a\\b',
    '*',
    '?',
    '[a]',
    '$(id)',
    'x'.repeat(301),
  ])('is refused when it could be read as something else than a name: %j', (ref) => {
    expect(causeOf(() => candidateRefs(ref))).toBe('source_not_found');
  });
});
