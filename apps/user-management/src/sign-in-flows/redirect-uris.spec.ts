import { expect, it } from '@jest/globals';
import { mayRedirectTo } from './redirect-uris.js';

const allowed = ['https://console.example.com/sign-in'];

it.each([
  ['https://console.example.com/sign-in', true],
  ['https://console.example.com/sign-in/', false],
  ['https://console.example.com/sign-in?next=https://evil.example', false],
  ['https://console.example.com.evil.example/sign-in', false],
  ['http://127.0.0.1:51234/callback', true],
  ['http://[::1]:8080/', true],
  ['https://127.0.0.1/callback', false],
  ['http://127.0.0.1@evil.example/', false],
  ['http://evil@127.0.0.1/', false],
  ['http://127.0.0.1:1/#fragment', false],
  ['http://localhost:1/', false],
])('%s: %s', (uri, expected) => {
  expect(mayRedirectTo(uri, allowed)).toBe(expected);
});
