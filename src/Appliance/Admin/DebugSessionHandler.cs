using System.Text;
using Appliance.Limiter;
using Appliance.Limiter.DebugSessions;
using Appliance.Proxy;

namespace Appliance.Admin;

/// <summary>
/// `/v1/debug/session` and `/v1/debug/logout` (policies.md part B 3.1, 3.5): whoever presents the secret gets a cookie for fifteen minutes, with which
/// answers say why. Nothing is remembered here.
/// </summary>
internal sealed class DebugSessionHandler(PolicyEngine? engine, DecisionStatistics statistics, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>False: the path is another's.</summary>
    public bool TryHandle(LocalExchange exchange)
    {
        bool isLogin = exchange.Path.SequenceEqual("/v1/debug/session"u8);
        if (!isLogin && !exchange.Path.SequenceEqual("/v1/debug/logout"u8)) return false;
        exchange.AddHeaderLines("Cache-Control: no-store\r\n"u8);
        if (engine?.Settings.DebugKey is not { } key) Refuse(exchange, 404, "no debug sessions: policies.debug_secret_file is not configured\n"u8);
        else if (!exchange.Method.SequenceEqual("POST"u8)) RefuseMethod(exchange);
        else if (isLogin) Begin(exchange, key, engine.Compatibility);
        else End(exchange);
        return true;
    }

    private void Begin(LocalExchange exchange, DebugSessionKey key, PolicyCompatibility compatibility)
    {
        bool known = IsSecret(exchange, key, "x-appliance-debug-secret"u8)
            || (compatibility == PolicyCompatibility.Fairvisor && IsSecret(exchange, key, "x-fairvisor-debug-secret"u8));
        statistics.CountSession(exchange.Lane, known);
        if (!known)
        {
            exchange.ContentType = "application/json";
            Refuse(exchange, 403, "{\"error\":\"debug_secret_invalid\"}"u8);
            return;
        }

        Span<byte> value = stackalloc byte[DebugSessionKey.MaxValueLength];
        int length = key.Mint(_time.GetUtcNow().ToUnixTimeSeconds(), value);
        exchange.Status = 204;
        SetCookie(exchange, DebugCookie.SetCookie(value[..length]));
    }

    private static void End(LocalExchange exchange)
    {
        exchange.Status = 204;
        SetCookie(exchange, DebugCookie.Cleared);
    }

    private static bool IsSecret(LocalExchange exchange, DebugSessionKey key, ReadOnlySpan<byte> header) =>
        exchange.TryGetHeader(header, out ReadOnlySpan<byte> secret) && key.IsSecret(secret);

    private static void SetCookie(LocalExchange exchange, string cookie) => exchange.AddHeaderLines(Encoding.ASCII.GetBytes($"Set-Cookie: {cookie}\r\n"));

    private static void RefuseMethod(LocalExchange exchange)
    {
        exchange.AddHeaderLines("Allow: POST\r\n"u8);
        Refuse(exchange, 405, "only POST begins or ends a debug session\n"u8);
    }

    private static void Refuse(LocalExchange exchange, int status, ReadOnlySpan<byte> text)
    {
        exchange.Status = status;
        exchange.Output.WriteText(text);
    }
}
