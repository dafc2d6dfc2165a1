"use strict";
/* The preview of a brick while it is written: asked for once the typing pauses, the older request given up. */
(() => {
  const PAUSE = 500;
  const FIELDS = ["title", "kind", "language", "body", "answer", "source"];

  function start() {
    const pane = document.querySelector("[data-brick-preview]");
    const form = document.getElementById("contentbrick_form");
    if (!pane || !form) return;
    const part = (name) => pane.querySelector(`[data-${name}]`);
    const input = (name) => form.elements.namedItem(name);
    const [status, list, frame, pages, open] = ["status", "problems", "frame", "pages", "open"].map(part);
    let shown = "html";
    let timer = 0;
    let running = null;
    let pdf = "";
    let last = input("body");

    function ask() {
      window.clearTimeout(timer);
      running?.abort();
      running = new AbortController();
      const body = new FormData();
      for (const name of FIELDS) body.set(name, input(name)?.value ?? "");
      if (shown === "pdf") body.set("pages", "1");
      body.set("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value);
      pane.classList.add("is-old");
      status.textContent = pane.dataset.wordsBusy;
      fetch(pane.dataset.url, { method: "POST", body, signal: running.signal, credentials: "same-origin" })
        .then((answer) => {
          if (answer.status === 429) return answer.json().then((said) => wait(said, answer));
          if (!answer.ok) throw new Error(String(answer.status));
          return answer.json().then(show);
        })
        .catch((error) => {
          if (error.name !== "AbortError") status.textContent = pane.dataset.wordsFailed;
        });
    }

    // Asked too often: what is shown stays, and the next one comes by itself.
    function wait(said, answer) {
      status.textContent = said.words;
      timer = window.setTimeout(ask, 1000 * Number(answer.headers.get("Retry-After")));
    }

    function show(answer) {
      pane.classList.toggle("is-old", !answer.html);
      status.textContent = answer.words;
      list.replaceChildren(...answer.problems.map(entry));
      if (answer.html) frame.srcdoc = answer.html;
      if (shown !== "pdf") return;
      pages.replaceChildren(
        ...answer.pages.map((page, index) => {
          const image = new Image();
          image.src = `data:image/png;base64,${page}`;
          image.alt = `${pane.dataset.wordsPage} ${index + 1}`;
          return image;
        }),
      );
      if (pdf) URL.revokeObjectURL(pdf);
      const bytes = Uint8Array.from(atob(answer.pdf), (letter) => letter.charCodeAt(0));
      pdf = answer.pdf ? URL.createObjectURL(new Blob([bytes], { type: "application/pdf" })) : "";
      open.hidden = !pdf;
      if (pdf) open.href = pdf;
    }

    function entry(problem) {
      const item = document.createElement("li");
      const button = document.createElement("button");
      const label = input(problem.field)?.labels?.[0]?.innerText?.replace("*", "").trim();
      button.type = "button";
      button.textContent = label ? `${label} – ${problem.message}` : problem.message;
      button.addEventListener("click", () => go(problem));
      item.classList.toggle("is-warning", problem.is_warning);
      item.append(button);
      return item;
    }

    function go(problem) {
      const field = input(problem.field);
      if (!field) return;
      const signs = Array.from(field.value);
      const before = signs.slice(0, Math.max(0, problem.offset)).join("");
      const marked = signs.slice(before.length ? problem.offset : 0, Math.max(0, problem.offset) + problem.length).join("");
      field.focus();
      if (problem.offset >= 0 && field.setSelectionRange) {
        field.setSelectionRange(before.length, before.length + marked.length);
        const lines = before.split("\n").length - 1;
        field.scrollTop = Math.max(0, lines - 3) * (parseFloat(getComputedStyle(field).lineHeight) || 20);
      }
      field.scrollIntoView({ block: "center", behavior: "smooth" });
    }

    function insert() {
      const name = part("figure").value.trim();
      if (!name) return part("figure").focus();
      const at = last.selectionStart ?? last.value.length;
      last.focus();
      last.setRangeText(`![](figure:${name})`, at, last.selectionEnd ?? at, "end");
      last.setSelectionRange(at + 2, at + 2);
      last.dispatchEvent(new Event("input", { bubbles: true }));
    }

    form.addEventListener("input", (event) => {
      if (!FIELDS.includes(event.target.name)) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, PAUSE);
    });
    form.addEventListener("change", (event) => {
      if (["kind", "language"].includes(event.target.name)) ask();
    });
    form.addEventListener("focusin", (event) => {
      if (["body", "answer"].includes(event.target.name)) last = event.target;
    });
    for (const button of pane.querySelectorAll("[data-form]")) {
      button.addEventListener("click", () => {
        shown = button.dataset.form;
        for (const each of pane.querySelectorAll("[data-form]")) each.setAttribute("aria-pressed", String(each === button));
        frame.hidden = shown === "pdf";
        pages.hidden = shown !== "pdf";
        if (shown !== "pdf") open.hidden = true;
        ask();
      });
    }
    part("insert")?.addEventListener("click", insert);

    const jump = part("jump");
    const there = jump.textContent;
    let seen = false;
    new IntersectionObserver(([entry]) => {
      seen = entry.isIntersecting;
      jump.textContent = seen ? jump.dataset.wordsBack : there;
    }, { rootMargin: "0px 0px -30% 0px" }).observe(pane);
    jump.addEventListener("click", () => {
      if (!seen) return pane.scrollIntoView({ block: "start", behavior: "smooth" });
      last.focus({ preventScroll: true });
      last.scrollIntoView({ block: "center", behavior: "smooth" });
    });
    ask();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
