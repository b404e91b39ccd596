import type { Replacement } from './without-names.ts';

/** Options of ssh that take a word after them: OpenSSH's ssh(1). */
const withValue = /^-[BbcDEeFIiJLlmOoPpQRSWw]$/;
/** `ada@gpu-box-7`, alone or in an address; an image's digest is none. */
const login = /([\w.-]+)@(?!sha256:)([\w.-]+)/g;

function hostNames(host: string): Replacement[] {
  const [short = ''] = host.split('.', 1);
  return [
    [host, 'HOST'],
    // A part of an address is no name.
    ...(/^\d+$/.test(short) ? [] : [[short, 'HOST'] as const]),
  ];
}

/** Whom and what `ssh` is told: the first word that is neither an option nor its value, and who logs in. */
function sshNames(words: readonly string[]): Replacement[] {
  const at = words.findIndex((word) => /(?:^|\/)ssh$/.test(word));
  if (at < 0) return [];
  const names: Replacement[] = [];
  for (let i = at + 1; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('-')) return [...names, ...(word.includes('@') ? [] : hostNames(word))];
    if (!withValue.test(word)) continue;
    const value = words[++i] ?? '';
    if (word === '-l') names.push([value, 'USER']);
    if (word === '-J') names.push(...hostNames(value));
  }
  return names;
}

/** Machines and people that the command before trtexec names; what docker is told names none. */
export function namesOfCommand(words: readonly string[]): Replacement[] {
  const logins = words.flatMap((word) => [...word.matchAll(login)]);
  return [
    ...logins.flatMap(([, user = '', host = '']) => [[user, 'USER'] as const, ...hostNames(host)]),
    ...sshNames(words),
  ];
}
