// The searchable lists of the administration take the name of their field: the library
// that draws them leaves an empty one without any.
(() => {
  const name = (select) => {
    const box = select.parentElement.querySelector(".select2-selection");
    if (!box) return;
    const label = document.querySelector(`label[for="${select.id}"]`);
    const words = select.getAttribute("aria-label") || (label && label.textContent.trim());
    if (!words) return;
    box.removeAttribute("aria-labelledby");
    box.setAttribute("aria-label", words);
    box.querySelector(".select2-selection__rendered").setAttribute("aria-label", words);
  };
  const nameAll = () => document.querySelectorAll("select.admin-autocomplete").forEach(name);
  // The library draws its lists when jQuery is ready: this comes after.
  if (window.django && window.django.jQuery) window.django.jQuery(nameAll);
  document.addEventListener("formset:added", () => setTimeout(nameAll));
})();
