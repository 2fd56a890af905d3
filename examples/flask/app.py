import os

from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
def hello():
    return jsonify(message="Hello from Flask", greeting=os.environ.get("GREETING"))


@app.get("/healthz")
def health():
    return "ok"
