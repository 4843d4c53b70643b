import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { DecoderService } from "../generated/facemix/decoder/v1/decoder_pb";
import { LatentStoreService } from "../generated/facemix/latents/v1/latents_pb";

// The host that served this page forwards the readers' calls; the page knows no other address.
const transport = createGrpcWebTransport({ baseUrl: window.location.origin, defaultTimeoutMs: 20_000 });

export const decoder = createClient(DecoderService, transport);
export const store = createClient(LatentStoreService, transport);

/** A newer run has taken this one's place: nothing to tell anybody. */
export function wasSuperseded(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || ConnectError.from(error).code === Code.Canceled;
}

/** What was asked for is not there (any more). */
export function isGone(error: unknown): boolean {
  return ConnectError.from(error).code === Code.NotFound;
}

/** One sentence for the person before the page. */
export function sentenceFor(error: unknown): string {
  const failure = ConnectError.from(error);
  // A fetch that reaches nobody is a TypeError in every browser.
  if (failure.cause instanceof TypeError || error instanceof TypeError)
    return "This page’s server does not answer. Is FaceMix still running?";
  switch (failure.code) {
    case Code.ResourceExhausted: return "FaceMix is busy right now. Try again in a moment.";
    case Code.DeadlineExceeded: return "That took too long, so it was given up.";
    case Code.Unavailable: return asSentence(failure.rawMessage) || "The service does not answer.";
    default: return asSentence(failure.rawMessage) || `Something went wrong (${Code[failure.code]}).`;
  }
}

function asSentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  const start = trimmed[0]!.toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
