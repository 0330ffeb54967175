/** The server's own picture in place of a preview, for browsers without WebGL 2. */

/**
 * Show what `POST /v1/renders` answered.
 *
 * @param {HTMLCanvasElement} canvas for which `createPreview` said that it is not supported
 * @param {Blob} png
 * @returns {Promise<void>} once it is shown
 */
export async function showRender(canvas, png) {
  const picture = await createImageBitmap(png);
  canvas.width = picture.width;
  canvas.height = picture.height;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this canvas has another context; use a new one");
  context.drawImage(picture, 0, 0);
  picture.close();
}
