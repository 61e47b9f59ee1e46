/** Asks for a file of the app's own, to be read as is best. @throws where it is not there, too. */
export async function fetchFile(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response;
}
