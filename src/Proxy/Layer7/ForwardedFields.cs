using System.Buffers;
using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// Writes the fields that tell a server about the client: X-Forwarded-For, -Proto, -Host, or Forwarded (RFC 7239), or both. From an untrusted
/// peer none of them passes; a trusted peer's lists are added to, and its other claims kept.
/// </summary>
internal static class ForwardedFields
{
    /// <summary>Bytes that are written at most, besides what is copied from the request's own fields.</summary>
    internal const int MaxLength = 5 * HostName.MaxLength + 512;

    private const uint For = 1u << (int)KnownHeader.ForwardedFor;
    private const uint Proto = 1u << (int)KnownHeader.ForwardedProto;
    private const uint Host = 1u << (int)KnownHeader.ForwardedHost;
    private const uint Standard = 1u << (int)KnownHeader.Forwarded;

    private static readonly SearchValues<byte> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>The fields of the request that do not go on as they are: bit n is <see cref="KnownHeader"/> n.</summary>
    internal static uint Dropped(ForwardedStyle style, bool trusted)
    {
        if (!trusted) return For | Proto | Host | Standard;
        return (WritesX(style) ? For : 0) | (WritesStandard(style) ? Standard : 0);
    }

    /// <summary>Writes them.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="head">The request's head.</param>
    /// <param name="request">The same, parsed.</param>
    /// <param name="origin">What to say.</param>
    /// <param name="style">Which fields.</param>
    /// <param name="present">Fields that the request has.</param>
    /// <param name="edited">Fields that the operator's edits decide: they are not written here.</param>
    internal static void Write(
        ref HeadWriter text, ReadOnlySpan<byte> head, RequestHead request, scoped in RequestOrigin origin, ForwardedStyle style, uint present,
        uint edited)
    {
        if (WritesX(style))
        {
            uint kept = edited | (origin.Trusted ? present : 0);
            if ((edited & For) == 0) WriteFor(ref text, head, request, origin, present);
            if ((kept & Proto) == 0)
            {
                text.Write("X-Forwarded-Proto: "u8);
                text.Write(origin.Proto);
                text.Write("\r\n"u8);
            }

            if ((kept & Host) == 0) WriteHost(ref text, request.Host(head));
        }

        if (WritesStandard(style) && (edited & Standard) == 0) WriteForwarded(ref text, head, request, origin, present);
    }

    private static bool WritesX(ForwardedStyle style) => style is ForwardedStyle.XForwarded or ForwardedStyle.Both;

    private static bool WritesStandard(ForwardedStyle style) => style is ForwardedStyle.Forwarded or ForwardedStyle.Both;

    /// <summary>The chain of a trusted peer with that peer added; else the peer alone.</summary>
    private static void WriteFor(
        ref HeadWriter text, ReadOnlySpan<byte> head, RequestHead request, scoped in RequestOrigin origin, uint present)
    {
        text.Write("X-Forwarded-For: "u8);
        if (origin.Trusted && (present & For) != 0)
        {
            foreach (ref readonly HeaderField field in request.Fields)
            {
                if (field.Known != KnownHeader.ForwardedFor || field.ValueLength == 0) continue;
                text.Write(field.Value(head));
                text.Write(", "u8);
            }
        }

        text.Write(origin.Address);
        text.Write("\r\n"u8);
    }

    private static void WriteHost(ref HeadWriter text, ReadOnlySpan<byte> host)
    {
        if (host.IsEmpty || host.Length > HostName.MaxLength) return;
        text.Write("X-Forwarded-Host: "u8);
        text.Write(host);
        text.Write("\r\n"u8);
    }

    private static void WriteForwarded(
        ref HeadWriter text, ReadOnlySpan<byte> head, RequestHead request, scoped in RequestOrigin origin, uint present)
    {
        text.Write("Forwarded: "u8);
        if (origin.Trusted && (present & Standard) != 0)
        {
            foreach (ref readonly HeaderField field in request.Fields)
            {
                // A quotation left open would swallow the element that is added here.
                if (field.Known != KnownHeader.Forwarded || field.ValueLength == 0 || !QuotesAreClosed(field.Value(head))) continue;
                text.Write(field.Value(head));
                text.Write(", "u8);
            }
        }

        text.Write("for="u8);
        bool v6 = origin.Address.Contains((byte)':');
        text.Write(v6 ? "\"["u8 : default);
        text.Write(origin.Address);
        text.Write(v6 ? "]\""u8 : default);
        text.Write(";proto="u8);
        text.Write(origin.Proto);
        ReadOnlySpan<byte> host = request.Host(head);
        if (!host.IsEmpty && host.Length <= HostName.MaxLength)
        {
            text.Write(";host="u8);
            WriteHostValue(ref text, host);
        }

        text.Write("\r\n"u8);
    }

    /// <summary>A token as it is, anything else as a quoted string (RFC 9110 section 5.6.4); no host has anything in it to be escaped.</summary>
    private static void WriteHostValue(ref HeadWriter text, ReadOnlySpan<byte> host)
    {
        bool quoted = host.ContainsAnyExcept(Token);
        text.Write(quoted ? "\""u8 : default);
        text.Write(host);
        text.Write(quoted ? "\""u8 : default);
    }

    private static bool QuotesAreClosed(ReadOnlySpan<byte> value)
    {
        bool open = false;
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == '"') open = !open;
            else if (open && value[i] == '\\') i++;
        }

        return !open;
    }
}
