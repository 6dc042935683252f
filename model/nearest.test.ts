import { describe, expect, it } from 'vitest';
import { nearest, suggestion } from './nearest.ts';

describe('nearest', () => {
  it('finds the word behind a typing error', () => {
    expect(nearest('arivals', ['audio', 'arrivals'])).toBe('arrivals');
    expect(nearest('Wamr', ['warm', 'max'])).toBe('warm');
  });

  it('lists what is known when nothing is near', () => {
    expect(nearest('banana', ['warm', 'max'])).toBeNull();
    expect(suggestion('banana', ['warm', 'max'])).toBe(' (known: warm, max)');
    expect(suggestion('maxx', ['warm', 'max'])).toBe(' (did you mean `max`?)');
  });
});
