import type { ApiResponse } from "./service.ts";

/** A query-protocol error as XML. */
export function queryError(error: { status: number; code: string; message: string; requestId: string }): ApiResponse {
  const type = error.status < 500 ? "Sender" : "Receiver";
  return xmlResponse(
    error.status,
    `<ErrorResponse><Error><Type>${type}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error>` +
      `<RequestId>${error.requestId}</RequestId></ErrorResponse>`,
  );
}

export function xmlResponse(status: number, xml: string): ApiResponse {
  return { status, headers: { "content-type": "text/xml" }, body: xml };
}

export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
