/* Slots of a template: dragging and the arrows change their places, a press adds a row. Without this script people
   number the rows. */
document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("[data-slots]")) {
    const list = box.querySelector("ol");
    const said = box.querySelector(".slots-said");
    const blank = list.lastElementChild.cloneNode(true);
    list.querySelectorAll("[data-spare]").forEach((row, index) => {
      if (index > 0 || list.children.length > 2) row.remove();
    });
    const number = () => {
      [...list.children].forEach((row, index) => {
        row.querySelector("[name$='-place']").value = index + 1;
      });
    };
    const ready = (row) => {
      row.querySelectorAll("[data-move]").forEach((button) => button.removeAttribute("hidden"));
    };
    let last = Number(blank.querySelector("[name$='-row']").value);

    [...list.children].forEach(ready);
    number();
    box.classList.add("slots--ready");
    box.querySelector("[data-add]").hidden = false;

    document.addEventListener("end", () => setTimeout(number, 0));

    box.addEventListener("click", (event) => {
      const button = event.target.closest("[data-move], [data-add]");
      if (!button) return;
      if ("add" in button.dataset) {
        const row = blank.cloneNode(true);
        last += 1;
        row.querySelector("[name$='-row']").value = last;
        row.querySelector("[name$='-remove']").value = last;
        ready(row);
        list.append(row);
        number();
        row.querySelector("[name$='-title']").focus();
        said.textContent = box.dataset.added;
        return;
      }
      const row = button.closest("li");
      const other = button.dataset.move === "1" ? row.nextElementSibling : row.previousElementSibling;
      if (!other) return;
      if (button.dataset.move === "1") other.after(row);
      else other.before(row);
      number();
      button.focus();
      said.textContent = `${box.dataset.moved} ${[...list.children].indexOf(row) + 1}`;
    });
  }
});
