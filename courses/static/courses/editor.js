/* Dragging and the arrows change the order on the page; one press then saves all of it. Without this script each arrow
   saves by itself. */
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("editor-order");
  if (!form) return;
  const said = document.getElementById("editor-said");
  const lists = [...document.querySelectorAll("[data-order]")];
  const keys = (list) => [...list.children].map((row) => row.dataset.id).filter(Boolean).join(",");
  const stored = new Map(lists.map((list) => [list, keys(list)]));
  let pending = "pending" in form.dataset;
  let leaving = false;

  const changed = () => lists.filter((list) => keys(list) !== stored.get(list));
  const show = () => {
    form.hidden = !pending && changed().length === 0;
  };

  document.addEventListener("end", () => setTimeout(show, 0));

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const row = button.closest("[data-id]");
    const other = button.dataset.move === "1" ? row.nextElementSibling : row.previousElementSibling;
    event.preventDefault();
    if (!other) return;
    if (button.dataset.move === "1") other.after(row);
    else other.before(row);
    button.focus();
    row.scrollIntoView({ block: "nearest" });
    said.textContent = `${said.dataset.moved} ${[...row.parentElement.children].indexOf(row) + 1}`;
    show();
  });

  form.addEventListener("submit", () => {
    form.querySelectorAll("[name=order]").forEach((input) => input.remove());
    for (const list of pending ? lists : changed()) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: "order", value: `${list.dataset.order}:${keys(list)}` });
      form.append(input);
    }
    leaving = true;
  });
  form.querySelector("[data-discard]").addEventListener("click", () => {
    leaving = true;
  });

  window.addEventListener("beforeunload", (event) => {
    if (!leaving && !form.hidden) event.preventDefault();
  });
  document.documentElement.dataset.editor = "ready";
});
