// The browsable pages' own forms obey the optimistic lock: every change carries the ETag of what the page shows.
(function () {
  const etag = JSON.parse(document.getElementById("etag").textContent);
  $(document).ajaxSend(function (event, request, settings) {
    if (etag && !/^(GET|HEAD|OPTIONS|TRACE)$/i.test(settings.type)) {
      request.setRequestHeader("If-Match", etag);
    }
  });
})();
