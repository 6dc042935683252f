import { describe, expect, it } from 'vitest';
import { closeFailure, networkFailure, statusFailure, upgradeFailure } from './failures.ts';

const coded = (code: string): Error => Object.assign(new Error('text'), { code });

describe('why an attempt was not answered', () => {
  it('is told by the code of the error', () => {
    const classes = [
      'ECONNREFUSED',
      'ENOTFOUND',
      'EAI_AGAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'ECONNRESET',
      'UND_ERR_SOCKET',
      'HPE_INVALID_CONSTANT',
      'WS_ERR_INVALID_OPCODE',
      'EMFILE',
      'EADDRNOTAVAIL',
    ].map((code) => networkFailure(coded(code)).failure);
    expect(classes).toEqual([
      'unreachable',
      'dns',
      'dns',
      'tls',
      'tls',
      'reset',
      'reset',
      'garbage',
      'garbage',
      'local-limit',
      'local-limit',
    ]);
  });

  it('is the first of several when several addresses were tried', () => {
    expect(networkFailure(new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]))).toEqual({
      kind: 'failed',
      failure: 'unreachable',
      cause: 'ECONNREFUSED',
    });
  });

  it('is told by the status: not now, not here, not allowed, broken', () => {
    expect(
      [429, 503, 404, 405, 401, 422, 500].map((status) => [statusFailure(status).kind, statusFailure(status).failure]),
    ).toEqual([
      ['refused', 'rejected-429'],
      ['refused', 'rejected-503'],
      ['failed', 'wrong-dialect'],
      ['failed', 'wrong-dialect'],
      ['failed', 'rejected-4xx'],
      ['failed', 'rejected-4xx'],
      ['failed', 'server-error'],
    ]);
  });

  it('is a wrong dialect where a plain answer comes in place of the upgrade', () => {
    expect([200, 301, 426, 404, 401, 503].map((status) => upgradeFailure(status).failure)).toEqual([
      'wrong-dialect',
      'wrong-dialect',
      'wrong-dialect',
      'wrong-dialect',
      'rejected-4xx',
      'rejected-503',
    ]);
  });

  it('is told by the close code', () => {
    expect([1008, 1006, 1011].map((code) => closeFailure(code))).toEqual([
      { kind: 'refused', failure: 'ws-policy-1008', cause: 'close 1008' },
      { kind: 'failed', failure: 'ws-abnormal', cause: 'close 1006' },
      { kind: 'failed', failure: 'ws-abnormal', cause: 'close 1011' },
    ]);
  });
});
