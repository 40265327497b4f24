// The peer: rules.cql on the JavaScript CQL engine.
//   node run.mjs --as-of 2026-11-23 [--bench N] FILE...      (no FILE or -: standard input)
// A FILE is a FHIR Bundle, a list of Bundles, or a Bundle on each line; one Bundle is one person.
// Prints {"<patient>": {"T1-01": true | false | null, ...}, ...}, or with --bench the times.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { SystemModelInfoProvider } from '@cqframework/cql/cql';
import {
  CqlTranslator,
  LibraryManager,
  ModelManager,
  createModelInfoProvider,
  stringAsSource,
} from '@cqframework/cql/cql-to-elm';
import cql from 'cql-execution';
import { PatientSource } from 'cql-exec-fhir';

const RULES = ['T1-01', 'T1-03', 'T1-08b', 'T1-08c', 'T2-01'];
const here = (name) => new URL(name, import.meta.url);

// The ELM of rules.cql; a mistake in it ends the program.
function translated() {
  const models = new ModelManager();
  models.modelInfoLoader.registerModelInfoProvider(new SystemModelInfoProvider());
  models.modelInfoLoader.registerModelInfoProvider(createModelInfoProvider(fhirModel));
  const text = fs.readFileSync(here('rules.cql'), 'utf8');
  const elm = JSON.parse(CqlTranslator.fromText(text, new LibraryManager(models)).toJson());
  const wrong = elm.library.annotation.filter((note) => note.errorSeverity === 'error');
  if (wrong.length > 0) {
    throw new Error(wrong.map((e) => `rules.cql:${e.startLine}: ${e.message}`).join('\n'));
  }
  return elm;
}

function fhirModel(id, system, version) {
  if (id !== 'FHIR') return null;
  const name = `cql-exec-fhir/lib/modelInfos/fhir-modelinfo-${version}.xml`;
  return stringAsSource(fs.readFileSync(createRequire(import.meta.url).resolve(name), 'utf8'));
}

function bundlesIn(text) {
  try {
    return [JSON.parse(text)].flat();
  } catch {
    return text.split('\n').filter((line) => line.trim()).map((line) => JSON.parse(line));
  }
}

function readAll(files) {
  const names = files.length > 0 ? files : ['-'];
  return names.flatMap((name) => bundlesIn(fs.readFileSync(name === '-' ? 0 : name, 'utf8')));
}

class Peer {
  constructor(asOf) {
    const library = new cql.Library(translated());
    const today = { Today: cql.Date.parse(asOf) };
    this.executor = new cql.Executor(library, new cql.CodeService({}), today);
    this.source = PatientSource.FHIRv401();
  }

  take(bundle) {
    this.source.reset();
    this.source.loadBundles([bundle]);
  }

  // What the rules say about the person of one Bundle.
  async evaluate(bundle) {
    this.take(bundle);
    const { patientResults } = await this.executor.exec(this.source);
    const [[patient, found]] = Object.entries(patientResults);
    return [patient, Object.fromEntries(RULES.map((rule) => [rule, found[rule] ?? null]))];
  }

  // One rule alone, without the rest.
  async evaluateOne(rule, bundle) {
    this.take(bundle);
    return this.executor.exec_expression(rule, this.source);
  }
}

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

// Milliseconds per call over `runs` calls in a warm process, and the CPU seconds of the loop.
async function timed(runs, call) {
  for (let n = 0; n < Math.min(runs, 200); n += 1) await call();
  const times = [];
  const before = cpuSeconds();
  for (let n = 0; n < runs; n += 1) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  const cpu = cpuSeconds() - before;
  times.sort((a, b) => a - b);
  return { median_ms: quantile(times, 0.5), p99_ms: quantile(times, 0.99), cpu_s: cpu, runs };
}

async function bench(peer, bundles, runs) {
  const report = {};
  for (const bundle of bundles) {
    const [patient] = await peer.evaluate(bundle);
    report[patient] = { all: await timed(runs, () => peer.evaluate(bundle)), rules: {} };
    for (const rule of RULES) {
      report[patient].rules[rule] = await timed(runs, () => peer.evaluateOne(rule, bundle));
    }
  }
  return report;
}

async function answers(peer, bundles) {
  const found = [];
  for (const bundle of bundles) found.push(await peer.evaluate(bundle));
  return Object.fromEntries(found);
}

const { values, positionals } = parseArgs({
  options: { 'as-of': { type: 'string' }, bench: { type: 'string' } },
  allowPositionals: true,
});
if (!values['as-of']) throw new Error('say the day: --as-of 2026-11-23');
const peer = new Peer(values['as-of']);
const bundles = readAll(positionals);
const runs = Number(values.bench ?? 0);
const report = runs > 0 ? bench(peer, bundles, runs) : answers(peer, bundles);
process.stdout.write(`${JSON.stringify(await report, null, 1)}\n`);
