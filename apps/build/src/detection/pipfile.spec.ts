import { describe, expect, it } from '@jest/globals';
import { detect } from './detect.js';
import { MemoryTree } from './file-tree.js';

type Files = Readonly<Record<string, string>>;
const plan = (files: Files) => detect(new MemoryTree(files), { installCommand: null, buildCommand: null });
const requirements = async (files: Files) => (await plan(files)).files['.berth/requirements.txt'];

const pipfile = `
[[source]]
url = "https://pypi.org/simple"
[packages]
flask = "*"
requests = {version = "~=2.31", extras = ["socks"]}
[dev-packages]
pytest = "*"
[requires]
python_version = "3.12"
`;
const lock = JSON.stringify({
  default: {
    flask: { version: '==3.0.3', hashes: ['sha256:x'], index: 'pypi' },
    colorama: { version: '==0.4.6', markers: "platform_system == 'Windows'" },
    tool: { git: 'https://example.com/tool.git', ref: 'abc' },
  },
  develop: { pytest: { version: '==8.0.0' } },
});
const app = { 'app.py': 'app = Flask(__name__)' };

describe('Pipfile', () => {
  it('says what the app needs, not what its developers do', async () => {
    const found = await plan({ Pipfile: pipfile, ...app });
    expect(found).toMatchObject({
      base: { wanted: '3.12' },
      install: { command: 'python3 -m pip install --no-compile --target .berth/python -r .berth/requirements.txt' },
      files: { '.berth/requirements.txt': 'flask\nrequests[socks]~=2.31\n' },
      processes: [{ command: expect.stringContaining('flask --app app:app') }],
      dependencies: { files: expect.arrayContaining(['Pipfile', 'Pipfile.lock']), reusable: true },
    });
  });

  it('is read in the versions that its lock file names', async () => {
    expect(await requirements({ Pipfile: pipfile, 'Pipfile.lock': lock, ...app })).toBe(
      "flask==3.0.3\ncolorama==0.4.6 ; platform_system == 'Windows'\ntool @ git+https://example.com/tool.git@abc\n",
    );
  });

  it('counts beside a pyproject.toml that only holds settings of tools, and not beside requirements.txt', async () => {
    expect(
      await requirements({ Pipfile: pipfile, 'pyproject.toml': '[tool.black]\nline-length = 99', ...app }),
    ).toContain('flask');
    const own = '[project]\nname = "x"\ndependencies = ["django"]';
    expect(await requirements({ Pipfile: pipfile, 'pyproject.toml': own, ...app })).toBe('django\n');
    expect(await requirements({ Pipfile: pipfile, 'requirements.txt': 'flask', ...app })).toBeUndefined();
  });

  it.each([
    ['Pipfile', { Pipfile: '[packages' }],
    ['Pipfile.lock', { Pipfile: pipfile, 'Pipfile.lock': '{}' }],
  ])('says that %s cannot be read', async (file, files) => {
    await expect(plan({ ...files, ...app } as Files)).rejects.toMatchObject({
      cause: 'detect_failed',
      message: `${file} is not valid.`,
    });
  });
});

describe('setup.py', () => {
  it('alone is a package to install, and nothing is kept of it', async () => {
    const found = await plan({ 'setup.py': 'setup()', 'wsgi.py': 'app = Flask(__name__)' });
    expect(found.install?.command).toBe('python3 -m pip install --no-compile --target .berth/python .');
    expect(found.dependencies?.reusable).toBe(false);
  });
});
