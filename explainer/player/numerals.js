/* How numbers are written in cells, formulas and pictures. The twin of numerals.py; one table of cases holds both. */

/** Up to `digits` significant digits, integers in full, a true minus sign and never "-0". */
export function formatNumber(value, digits = 4) {
  if (value === null || value === undefined || value === -Infinity) return "−∞";
  if (value === Infinity) return "∞";
  if (Number.isNaN(value)) return "nan";
  const size = Math.abs(value);
  if (size < 1e-9) return "0";
  const sign = value < 0 ? "−" : "";
  if (size >= 1e6 || size < 1e-4) return sign + scientific(size);
  if (Math.abs(size - Math.round(size)) < 1e-9) return sign + String(Math.round(size));
  let decimals = digits - 1;
  for (let power = 10; size >= power; power *= 10) decimals -= 1;
  for (let power = 1; size < power; power /= 10) decimals += 1;
  return sign + fixed(size, Math.max(0, decimals));
}

function fixed(size, decimals) {
  let unit = 1;
  for (let i = 0; i < decimals; i += 1) unit *= 10;
  const rounded = Math.floor(size * unit + 0.5);
  const fraction = String(rounded % unit)
    .padStart(decimals, "0")
    .replace(/0+$/, "");
  return String(Math.floor(rounded / unit)) + (decimals && fraction ? "." + fraction : "");
}

function scientific(size) {
  let exponent = 0;
  let mantissa = size;
  while (mantissa >= 10) {
    mantissa /= 10;
    exponent += 1;
  }
  while (mantissa < 1) {
    mantissa *= 10;
    exponent -= 1;
  }
  const sign = exponent < 0 ? "−" : "";
  return `${fixed(mantissa, 2)}e${sign}${Math.abs(exponent)}`;
}
