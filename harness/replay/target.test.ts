import { describe, expect, it } from 'vitest';
import { authorizationFrom, originOf } from './target.ts';

const hintOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the address of a service', () => {
  it('is scheme, host and port; paths, keys and other schemes are refused', () => {
    expect(originOf('http://127.0.0.1:7100/')).toBe('http://127.0.0.1:7100');
    expect(originOf('https://asr.example.test')).toBe('https://asr.example.test');
    const wrong = ['127.0.0.1:7100', 'ws://127.0.0.1:1', 'http://h/v1/listen', 'http://key@h', 'http://h/?a=1', ''];
    expect(wrong.map((text) => hintOf(() => originOf(text)))).toEqual(wrong.map(() => 'USAGE'));
  });
});

describe('the key of a service', () => {
  it('comes from the environment by name, never from the command line', () => {
    expect(authorizationFrom(undefined, 'Bearer', {})).toBe(null);
    expect(authorizationFrom('KEY', 'Token', { KEY: ' abc ' })).toBe('Token abc');
    expect(hintOf(() => authorizationFrom('KEY', 'Token', {}))).toBe('USAGE');
    expect(hintOf(() => authorizationFrom('KEY', 'Token', { KEY: '' }))).toBe('USAGE');
    expect(hintOf(() => authorizationFrom('KEY', 'Token', { KEY: 'a\nb' }))).toBe('USAGE');
  });
});
