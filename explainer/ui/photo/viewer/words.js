/* How numbers are written in the viewer. */

/** A share in percent: what is there at all is never written as 0, and almost all is not all. */
export const percent = (share) =>
  share > 0 && share < 0.001
    ? "<0.1%"
    : share >= 0.995 && share < 1 - 1e-9
      ? ">99%"
      : share >= 0.0995
        ? `${Math.round(share * 100)}%`
        : `${(share * 100).toFixed(1)}%`;
