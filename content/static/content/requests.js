// The list of requests asks again by itself while a worker is at one, unless somebody is in the middle of something.
(() => {
  const PAUSE = 5000;
  function busy() {
    const typing = document.activeElement?.matches("input, select, textarea, [contenteditable]");
    return typing || document.querySelector("input.action-select:checked, dialog[open]") || document.hidden;
  }
  function again() {
    if (busy()) window.setTimeout(again, PAUSE);
    else window.location.reload();
  }
  document.addEventListener("DOMContentLoaded", () => {
    if (document.querySelector("#changelist [data-unfinished]")) window.setTimeout(again, PAUSE);
  });
})();
