// Numbers as people read them. The same for every reader, whatever the browser's language.

const units = [["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]];

const duration = nanoseconds => {
  if (nanoseconds === null || nanoseconds === undefined) {
    return "unknown";
  }
  const [unit, size] = units.find(([, least]) => Math.abs(nanoseconds) >= least) ?? units[3];
  const value = nanoseconds / size;
  const digits = size === 1 ? 0 : Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
};

const grouped = value => {
  if (value === null || value === undefined) {
    return "unknown";
  }
  const [whole, fraction] = String(Math.round(value * 100) / 100).split(".");
  const digits = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction ? `${digits}.${fraction}` : digits;
};

const measure = (value, unit) => unit === "ns" ? duration(value) : grouped(value);

const percent = (part, whole) => {
  const share = whole > 0 ? 100 * part / whole : 0;
  return `${share >= 10 || share === 0 ? share.toFixed(0) : share >= 1 ? share.toFixed(1) : share.toFixed(2)} %`;
};

const plural = (count, one, many) => `${grouped(count)} ${count === 1 ? one : many}`;

// Round steps for an axis of a given length.
const ticksOf = (from, to, most) => {
  const rough = (to - from) / most;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(size => size >= rough) ?? power * 10;
  const ticks = [];
  for (let at = Math.ceil(from / step) * step; at < to && ticks.length <= most + 1; at += step) {
    ticks.push(at);
  }
  return ticks;
};
