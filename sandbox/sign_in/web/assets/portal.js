// Makes the portal nicer to use; every page works without it.
"use strict";

const filter = document.getElementById("filter");
if (filter) {
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const account of document.querySelectorAll(".account")) {
      account.hidden = !account.dataset.words.toLowerCase().includes(wanted);
    }
  });
}

function addCopyButtons(where) {
  for (const block of where.querySelectorAll("pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(block.textContent);
      button.textContent = "Copied";
    });
    block.after(button);
  }
}

const dialog = document.getElementById("keys");
if (dialog) {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a.access-keys");
    if (!link) return;
    event.preventDefault();
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = document.getElementById("keys-content");
    content.replaceChildren(page.getElementById("credentials") ?? page.getElementById("main"));
    addCopyButtons(content);
    dialog.showModal();
  });
  dialog.addEventListener("close", () => document.getElementById("keys-content").replaceChildren());
} else {
  addCopyButtons(document);
}

// AWS's deep links have their query behind a number sign, which no browser sends to a server.
const deep = location.hash.startsWith("#/console?") ? `/start/console?${location.hash.slice("#/console?".length)}` : "";
if (deep && document.getElementById("keys")) {
  location.replace(deep);
} else if (deep) {
  for (const field of document.querySelectorAll("input[name=next]")) field.value = deep;
}
