namespace Appliance.Proxy.Layer7;

/// <summary>
/// Why a message was refused or an exchange failed: one vocabulary for answers, counters and tests. The status that a client gets is
/// <see cref="HttpErrors.Status"/>.
/// </summary>
internal enum HttpError : byte
{
    None,

    // The request's own fault.
    BadRequestLine,
    BadMethod,
    BadTarget,
    TargetTooLong,
    BadVersion,
    VersionNotSupported,
    BadFieldLine,
    FoldedFieldLine,
    TooManyFields,
    HeadTooLarge,
    MissingHost,
    BadHost,
    DuplicateHost,
    HostMismatch,
    BadContentLength,
    LengthAndEncoding,
    BadTransferEncoding,
    UnknownTransferEncoding,
    ConnectNotAllowed,
    UnknownExpectation,
    BadChunk,
    BodyTooLarge,
    RequestTimeout,

    // Ours or the upstream's.
    NoRoute,
    LimitedByPolicy,
    InvalidToken,
    NoPolicies,
    NoServer,
    ConnectFailed,
    ConnectTimeout,
    UpstreamClosed,
    UpstreamTimeout,
    UpstreamBadResponse,
    HandlerFailed,
}
