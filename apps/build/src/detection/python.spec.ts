import { describe, expect, it } from '@jest/globals';
import type { BuildPlan } from './build-plan.js';
import { detect } from './detect.js';
import { MemoryTree } from './file-tree.js';

type Files = Readonly<Record<string, string>>;

const plan = (files: Files): Promise<BuildPlan> =>
  detect(new MemoryTree(files), { installCommand: null, buildCommand: null });
const web = async (files: Files): Promise<string | undefined> =>
  (await plan(files)).processes.find(({ name }) => name === 'web')?.command;
const causeOf = (files: Files): Promise<unknown> =>
  plan(files).then(
    () => 'accepted',
    (error: { cause: string }) => error.cause,
  );

describe('Python', () => {
  it('installs beside the app, without a virtual environment', async () => {
    const found = await plan({
      'requirements.txt': 'Flask==3.0.0\ngunicorn==23.0.0\n',
      'app.py': 'app = Flask(__name__)\n',
    });
    expect(found).toMatchObject({
      language: 'python',
      base: { tools: ['python3'] },
      install: { command: 'python3 -m pip install --no-compile --target .berth/python -r requirements.txt' },
      environment: { PYTHONPATH: '.berth/python' },
      dependencies: { folder: '.berth/python', reusable: true },
    });
  });

  const address = '"${HOST:-0.0.0.0}:$PORT"';
  const flags = '--host "${HOST:-0.0.0.0}" --port "$PORT"';
  it.each<[string, Files, string]>([
    [
      'Flask with gunicorn',
      { 'requirements.txt': 'flask\ngunicorn', 'main.py': 'server = Flask(__name__)' },
      `python3 -m gunicorn --bind ${address} main:server`,
    ],
    [
      'Flask alone',
      { 'requirements.txt': 'Flask>=3', 'app.py': 'app = flask.Flask(__name__)' },
      `python3 -m flask --app app:app run ${flags}`,
    ],
    [
      'a Flask factory',
      { 'requirements.txt': 'Flask', 'wsgi.py': 'def create_app():\n  pass' },
      `python3 -m flask --app wsgi run ${flags}`,
    ],
    [
      'FastAPI',
      { 'requirements.txt': 'fastapi[standard]\n', 'main.py': 'app: FastAPI = FastAPI()' },
      `python3 -m uvicorn main:app ${flags}`,
    ],
    [
      'Streamlit',
      { 'requirements.txt': 'streamlit', 'app.py': 'import streamlit as st\n' },
      'python3 -m streamlit run app.py --server.headless true --server.address "${HOST:-0.0.0.0}" --server.port "$PORT"',
    ],
    ['a script beside Streamlit', { 'requirements.txt': 'streamlit', 'app.py': 'x = 1' }, 'python3 app.py'],
    [
      'Django with gunicorn',
      { 'requirements.txt': 'django\ngunicorn', 'manage.py': '', 'shop/wsgi.py': '' },
      `python3 -m gunicorn --bind ${address} shop.wsgi`,
    ],
    [
      'Django alone',
      { 'pyproject.toml': '[project]\ndependencies = ["Django>=5"]', 'manage.py': '', 'shop/wsgi.py': '' },
      `python3 manage.py runserver --noreload ${address}`,
    ],
    [
      'FastAPI inside a package',
      { 'requirements.txt': 'fastapi\nuvicorn', 'app/__init__.py': '', 'app/main.py': 'app = FastAPI()' },
      `python3 -m uvicorn app.main:app ${flags}`,
    ],
    [
      'a Flask factory in a package, whatever its tests hold',
      {
        'requirements.txt': 'flask',
        'tests/app.py': 'app = Flask(1)',
        'shop/__init__.py': 'def create_app():\n  pass',
      },
      `python3 -m flask --app shop run ${flags}`,
    ],
    ['a plain script', { 'app.py': 'print(1)' }, 'python3 app.py'],
  ])('starts %s', async (_, files, command) => expect(await web(files)).toBe(command));

  it('installs a pyproject, and then nothing is kept, because the app itself is in it', async () => {
    const text = '[project]\nrequires-python = ">=3.11"\n[build-system]\nrequires = ["setuptools"]\n';
    const found = await plan({ 'pyproject.toml': text, 'main.py': '' });
    expect(found.install?.command).toMatch(/ \.$/);
    expect(found.dependencies?.reusable).toBe(false);
    expect(found.base.wanted).toBe('>=3.11');
  });

  it('installs what a pyproject lists, in locked versions, when the app is no package', async () => {
    const files = {
      'pyproject.toml': '[project]\ndependencies = ["flask>=3", "gunicorn"]\n',
      'uv.lock': '[[package]]\nname = "flask"\nversion = "3.0.3"\n',
      'app.py': 'app = Flask(__name__)\n',
    };
    const command = 'python3 -m pip install --no-compile --target .berth/python -r .berth/requirements.txt';
    expect(await plan(files)).toMatchObject({
      install: { command: `${command} --constraint .berth/constraints.txt` },
      files: { '.berth/requirements.txt': 'flask>=3\ngunicorn\n', '.berth/constraints.txt': 'flask==3.0.3\n' },
      dependencies: { reusable: true },
      processes: [{ command: expect.stringContaining('gunicorn') }],
    });
  });

  it('installs nothing when a pyproject asks for nothing', async () => {
    expect((await plan({ 'pyproject.toml': '[project]\nname = "x"\n', 'main.py': '' })).install).toBeNull();
  });

  it('keeps nothing when requirements name files of the app', async () => {
    expect((await plan({ 'requirements.txt': '-r base.txt', 'app.py': '' })).dependencies?.reusable).toBe(false);
    expect((await plan({ 'requirements.txt': './lib', 'app.py': '' })).dependencies?.reusable).toBe(false);
  });

  it('fails when it cannot tell how to start', async () => {
    expect(await causeOf({ 'requirements.txt': 'requests' })).toBe('detect_failed');
  });
});
