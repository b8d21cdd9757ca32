/**
 * Runs in the page: visible texts whose contrast with what is behind them is less than the 4.5 to 1 of
 * WCAG 2.2 AA, each with its ratio.
 */
export const lowContrast = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255);
  };
  const over = ([r, g, b, a], back) => [r, g, b].map((part, i) => part * a + back[i] * (1 - a));
  const behind = (element) => {
    if (element === null) return [1, 1, 1];
    const own = rgba(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own.slice(0, 3) : over(own, behind(element.parentElement));
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((part) =>
      part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (element) => {
    const back = behind(element);
    const [low, high] = [light(over(rgba(getComputedStyle(element).color), back)), light(back)]
      .sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((one) => ratio(one) < 4.5)
    .map((one) => one.className + " " + one.textContent.trim() + ": " + ratio(one).toFixed(2));
})()`;

/** Runs in the page: how far it reaches beyond its window to the right, in pixels. */
export const overflow = `Math.max(0, document.documentElement.scrollWidth - innerWidth)`;
