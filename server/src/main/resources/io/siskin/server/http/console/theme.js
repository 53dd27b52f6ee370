// Runs before the page is painted, so that the chosen theme does not flash. Not a module, because modules wait.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('siskin.theme');
  } catch {
    // Storage may be forbidden; then the system's theme is used.
  }
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
})();
