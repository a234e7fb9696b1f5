/* Reads a QR code with the camera or from a dropped picture, in the browser alone; nothing is sent.

   In a form, [data-scan] holds the buttons [data-scan=start|stop], a <video> and the words of each state. What was
   read goes to the form as the event "tongban:scanned"; a picture comes as "tongban:picture". The browser's own
   BarcodeDetector is used where there is one, else the decoder at [data-decoder], fetched when first needed. */
(() => {
  const PAUSE_MS = 150;
  const PICTURE_PX_MAX = 3000;
  const MARGIN = 0.08; // A code cut close to its edge is read more easily on a white ground.

  const browsersOwn = async () => {
    const kinds = (await globalThis.BarcodeDetector?.getSupportedFormats?.().catch(() => [])) ?? [];
    return kinds.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
  };

  const fetched = (address) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.addEventListener("load", () => resolve(globalThis.jsQR));
      script.addEventListener("error", reject);
      document.head.append(script);
    });

  /** A function from a canvas to the text of the code on it, or null. */
  const reader = async (place) => {
    const own = await browsersOwn();
    if (own) return async (canvas) => (await own.detect(canvas))[0]?.rawValue || null;
    const decode = globalThis.jsQR ?? (await fetched(place.dataset.decoder));
    return async (canvas) => {
      const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return decode(data, width, height)?.data || null;
    };
  };

  /** The picture on white, not larger than is of use. */
  const drawn = (source, width, height, margin = 0) => {
    const scale = Math.min(1, PICTURE_PX_MAX / Math.max(width, height));
    const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
    const edge = Math.round(Math.max(wide, high) * margin);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [wide + 2 * edge, high + 2 * edge];
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(source, edge, edge, wide, high);
    return canvas;
  };

  const begin = (place) => {
    const form = place.closest("form");
    const video = place.querySelector("video");
    const status = place.querySelector("[data-scan=status]");
    const [start, stop] = ["start", "stop"].map((name) => place.querySelector(`[data-scan=${name}]`));
    let turn = 0;

    const say = (state) => {
      place.dataset.state = state;
      status.textContent = place.querySelector(`template[data-state="${state}"]`)?.content.textContent.trim() ?? "";
      video.hidden = stop.hidden = state !== "looking";
      start.hidden = state === "looking";
    };
    const found = (text) => form.dispatchEvent(new CustomEvent("tongban:scanned", { detail: text }));
    const end = (state) => {
      turn += 1;
      for (const track of video.srcObject?.getTracks() ?? []) track.stop();
      video.srcObject = null;
      say(state);
    };

    const look = async () => {
      const mine = ++turn;
      try {
        const wanted = { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } };
        video.srcObject = await navigator.mediaDevices.getUserMedia({ video: wanted });
        say("looking");
        await video.play();
        const read = await reader(place);
        while (mine === turn) {
          const text = video.videoWidth ? await read(drawn(video, video.videoWidth, video.videoHeight)) : null;
          if (text && mine === turn) {
            end("found");
            found(text);
          }
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        }
      } catch {
        if (mine === turn) end("refused"); // No camera, or its use was not allowed.
      }
    };

    const readPicture = async (file) => {
      end("reading");
      try {
        const picture = await createImageBitmap(file);
        const read = await reader(place);
        const text =
          (await read(drawn(picture, picture.width, picture.height))) ||
          (await read(drawn(picture, picture.width, picture.height, MARGIN)));
        end(text ? "found" : "unreadable");
        if (text) found(text);
      } catch {
        end("unreadable");
      }
    };

    if (!navigator.mediaDevices?.getUserMedia) start.hidden = true;
    start.addEventListener("click", look);
    stop.addEventListener("click", () => end("idle"));
    form.addEventListener("tongban:picture", (event) => readPicture(event.detail));
    document.addEventListener("visibilitychange", () => document.hidden && place.dataset.state === "looking" && end("idle"));
    place.hidden = false;
  };

  const beginAll = () => document.querySelectorAll("[data-scan=place]").forEach(begin);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", beginAll);
  else beginAll();
})();
