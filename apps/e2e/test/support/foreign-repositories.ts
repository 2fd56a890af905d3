import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Files = Readonly<Record<string, string>>;

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

const expressServer = `const app = require('express')();
app.get('/', (request, response) => response.send('hello from express'));
app.listen(process.env.PORT || 3000);
`;

const djangoManage = `import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
`;

const djangoUrls = `from django.http import HttpResponse
from django.urls import path

urlpatterns = [path("", lambda request: HttpResponse("hello from Django"))]
`;

/** Repositories as people have them who never heard of us. Each answers `hello from <its name>` at `/`. */
export const foreignRepositories: Readonly<Record<string, Files>> = {
  'a Procfile beside a script without dependencies': {
    Procfile: 'web: node web/index.mjs --verbose\nworker: node web/worker.mjs\n',
    'web/index.mjs': `import { createServer } from 'node:http';
createServer((request, response) => response.end('hello from a Procfile')).listen(process.env.PORT);
`,
    'web/worker.mjs': 'setInterval(() => undefined, 1000);\n',
  },
  'engines and a start script that uses npm': {
    'package.json': json({
      name: 'engines',
      version: '1.2.3',
      engines: { node: '>=18' },
      scripts: { prestart: 'node -e 0', start: 'node src/main.js' },
    }),
    'src/main.js': `require('node:http').createServer((q, r) => r.end('hello from engines ' + process.env.npm_package_version)).listen(process.env.PORT);\n`,
  },
  'TypeScript that is compiled': {
    'package.json': json({
      name: 'compiled',
      main: 'dist/server.js',
      scripts: { build: 'tsc -p .', dev: 'tsc --watch' },
      devDependencies: { typescript: '5.9.3' },
    }),
    'tsconfig.json': json({ compilerOptions: { outDir: 'dist', module: 'commonjs', types: [], lib: ['es2022'] } }),
    'server.ts': `declare const require: any, process: any;
require('http').createServer((q: any, r: { end(text: string): void }) => r.end('hello from TypeScript')).listen(process.env.PORT);
`,
  },
  'a site built by Vite and React': {
    'package.json': json({
      name: 'site',
      private: true,
      type: 'module',
      scripts: { dev: 'vite', build: 'vite build', preview: 'vite preview' },
      dependencies: { react: '19.2.0', 'react-dom': '19.2.0' },
      devDependencies: { vite: '7.1.12', '@vitejs/plugin-react': '5.0.4' },
    }),
    'vite.config.js': `import react from '@vitejs/plugin-react';\nexport default { plugins: [react()] };\n`,
    'index.html':
      '<!doctype html><title>hello from Vite</title><div id="root"></div><script type="module" src="/main.jsx"></script>\n',
    'main.jsx': `import { createRoot } from 'react-dom/client';\ncreateRoot(document.getElementById('root')).render(<h1>hello</h1>);\n`,
  },
  'Poetry, with an app that is no package': {
    'pyproject.toml': `[tool.poetry]
name = "poems"
version = "0.1.0"
description = ""
authors = ["A <a@example.com>"]
package-mode = false

[tool.poetry.dependencies]
python = "^3.9"
flask = "^3.0"
gunicorn = { version = "^23.0", extras = [] }

[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
`,
    'app.py': `from flask import Flask

app = Flask(__name__)


@app.route("/")
def hello():
    return "hello from Poetry"
`,
  },
  'uv, with several folders at the top': {
    'pyproject.toml': `[project]
name = "fast"
version = "0.1.0"
requires-python = ">=3.9"
dependencies = [
    "fastapi>=0.115",
    "uvicorn>=0.30",
]

[dependency-groups]
dev = ["pytest>=8"]
`,
    'main.py': `from fastapi import FastAPI

from core.words import WORDS

app = FastAPI()


@app.get("/")
def hello():
    return WORDS
`,
    'core/__init__.py': '',
    'core/words.py': 'WORDS = "hello from uv"\n',
    'migrations/__init__.py': '',
  },
  'setuptools, with the package below src': {
    Procfile: 'web: gunicorn --bind 0.0.0.0:$PORT shop.web:app\n',
    'pyproject.toml': `[build-system]
requires = ["setuptools>=68"]
build-backend = "setuptools.build_meta"

[project]
name = "shop"
version = "1.0"
dependencies = ["flask==3.0.3", "gunicorn==23.0.0"]
`,
    'src/shop/__init__.py': '',
    'src/shop/web.py': `from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return "hello from setuptools"
`,
  },
  'Django with gunicorn': {
    'requirements.txt': 'Django==5.2.8\ngunicorn==23.0.0\n',
    'manage.py': djangoManage,
    'config/__init__.py': '',
    'config/settings.py':
      'SECRET_KEY = "not-secret"\nDEBUG = False\nALLOWED_HOSTS = ["*"]\nROOT_URLCONF = "config.urls"\nINSTALLED_APPS = []\nMIDDLEWARE = []\n',
    'config/urls.py': djangoUrls,
    'config/wsgi.py': `import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
`,
  },
  'Django as it begins, with a database beside its sources': {
    'requirements.txt': 'Django==5.2.8\n',
    'manage.py': djangoManage,
    'config/__init__.py': '',
    'config/settings.py': `from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "not-secret"
DEBUG = True
ALLOWED_HOSTS = []
ROOT_URLCONF = "config.urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
`,
    'config/urls.py': djangoUrls,
  },
  'FastAPI inside a package': {
    'requirements.txt': 'fastapi==0.121.0\nuvicorn==0.38.0\n',
    'app/__init__.py': '',
    'app/main.py': `from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def hello():
    return "hello from a package"
`,
  },
  'Go with several commands and inner packages': {
    'go.mod': 'module example.com/team/ledger\n\ngo 1.21\n',
    'cmd/server/main.go': `package main

import (
	"fmt"
	"net/http"
	"os"

	"example.com/team/ledger/internal/words"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, words.Hello) })
	http.ListenAndServe(":"+os.Getenv("PORT"), nil)
}
`,
    'cmd/migrate/main.go': 'package main\n\nfunc main() {}\n',
    'internal/words/words.go': 'package words\n\nconst Hello = "hello from Go"\n',
  },
  'a folder of a larger repository': {
    'README.md': '# Everything\n',
    'package.json': json({ name: 'everything', private: true, workspaces: ['services/*'] }),
    'services/api/package.json': json({
      name: 'api',
      scripts: { start: 'node server.js' },
      dependencies: { express: '4.21.2' },
    }),
    'services/api/server.js': expressServer.replace('hello from express', 'hello from a folder'),
    'services/other/package.json': json({ name: 'other' }),
  },
};

export const rootFolders: Readonly<Record<string, string>> = { 'a folder of a larger repository': 'services/api' };

const express = {
  name: 'locked',
  private: true,
  scripts: { start: 'node server.js' },
  dependencies: { express: '4.21.2' },
};

/** What another package manager than npm makes of a project: its lock file, by its own hand. */
export async function lockedRepository(manager: 'pnpm' | 'yarn', folder: string, tools: string): Promise<Files> {
  const { writeFile, readFile, rm } = await import('node:fs/promises');
  await writeFile(`${folder}/package.json`, json(express));
  const lock = manager === 'pnpm' ? 'pnpm-lock.yaml' : 'yarn.lock';
  const args = manager === 'pnpm' ? ['install', '--lockfile-only'] : ['install', '--non-interactive'];
  await run(`${tools}/${manager}`, args, { cwd: folder });
  const text = await readFile(`${folder}/${lock}`, 'utf8');
  await rm(`${folder}/node_modules`, { recursive: true, force: true });
  return { 'package.json': json(express), 'server.js': expressServer, [lock]: text };
}

/** Sources that cannot be run here, and a word that the owner must find in the answer. */
export const unsupported: Readonly<Record<string, { files: Files; says: RegExp }>> = {
  'a Node package that starts nothing': {
    files: { 'package.json': json({ name: 'library', exports: './lib/a.js' }), 'lib/a.js': '' },
    says: /"start" script/,
  },
  'a Python package that starts nothing': {
    files: { 'pyproject.toml': '[project]\nname = "library"\nversion = "1"\n', 'library/__init__.py': '' },
    says: /Procfile/,
  },
  'a Ruby app': { files: { Gemfile: "source 'https://rubygems.org'\n", 'config.ru': 'run 1\n' }, says: /Ruby/ },
  'a Java app': { files: { 'pom.xml': '<project/>\n' }, says: /Java/ },
  'a Rust app': { files: { 'Cargo.toml': '[package]\nname = "x"\n', 'src/main.rs': 'fn main() {}\n' }, says: /Rust/ },
  'a PHP app': { files: { 'composer.json': '{}\n', 'index.php': '<?php\n' }, says: /PHP/ },
  'only a Dockerfile': { files: { Dockerfile: 'FROM scratch\n' }, says: /Dockerfile/ },
  'nothing but words': { files: { 'README.md': '# Soon\n' }, says: /package\.json/ },
};
