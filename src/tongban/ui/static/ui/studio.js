/* The studio draws the flow of a draft: what is drawn is written into the form when it is saved. */
"use strict";
(() => {
  const form = document.querySelector("[data-studio]");
  const canvas = form?.querySelector("[data-canvas]");
  const text = form?.elements.flow_xml;
  if (!canvas || !window.BpmnJS) return;
  const box = form.querySelector("[data-modeler]");
  box.hidden = false;
  const modeler = new BpmnJS({ container: canvas });
  let isDrawn = false;

  async function show() {
    try {
      await modeler.importXML(text.value);
      modeler.get("canvas").zoom("fit-viewport", "auto");
      isDrawn = false;
      box.removeAttribute("data-broken");
    } catch {
      box.setAttribute("data-broken", ""); // The text is not BPMN yet: the report says what is wrong with it.
    }
  }

  modeler.on("commandStack.changed", async () => {
    isDrawn = true;
    text.value = (await modeler.saveXML({ format: true })).xml;
  });
  text.addEventListener("change", show);
  form.addEventListener("submit", async (event) => {
    if (!isDrawn) return;
    event.preventDefault();
    text.value = (await modeler.saveXML({ format: true })).xml;
    isDrawn = false;
    form.requestSubmit(event.submitter);
  });
  show();
})();
