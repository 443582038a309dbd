using System.Diagnostics.CodeAnalysis;
using System.Text;
using Appliance.Limiter.AddressLists;
using Appliance.Limiter.Agents;
using Appliance.Limiter.Rules;
using Appliance.Limiter.Tokens;

namespace Appliance.Limiter.Descriptors;

/// <summary>
/// Finds the descriptors of a request that are not written in it as such: claims of its token, facts about its address and its program
/// (policies.md A4, A5, A7, part B 1.5). One lane's, made for one bundle and one set of sources; one thread at a time. Allocates nothing once a
/// token has been seen.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Other threads may be using the keys when it is replaced.")]
public sealed class RequestDescriber
{
    private readonly DescriptorSources _sources;
    private readonly ClaimNames _claims;
    private readonly TokenReader? _tokens;

    /// <param name="snapshot">Says which claims are asked for.</param>
    /// <param name="sources">What is known.</param>
    /// <param name="hash">Of the token cache; shared by all lanes.</param>
    /// <param name="budget">The lane's.</param>
    internal RequestDescriber(PolicySnapshot snapshot, DescriptorSources sources, TokenHash hash, VerificationBudget budget)
    {
        _sources = sources;
        string[] names = [.. snapshot.Descriptors.Where(key => key.Kind == LimitKeyKind.JwtClaim).Select(key => Encoding.UTF8.GetString(key.Name))];
        _claims = new ClaimNames(names);
        // Without a claim that is asked for there is nothing to verify. The handles of its keys go with the garbage collector: another thread may be
        // verifying with them when the bundle changes.
        if (names.Length > 0) _tokens = new TokenReader(sources.Jwt, _claims, hash, budget);
    }

    /// <summary>A claim, as <see cref="IRequestView.Claim"/> promises it. The value lives until the lane's next request.</summary>
    /// <param name="request">Whose Authorization header is read.</param>
    /// <param name="name">One of those that the bundle names; of others nothing is known.</param>
    /// <param name="unixMs">UTC.</param>
    public ReadOnlySpan<byte> Claim<TRequest>(scoped ref readonly TRequest request, scoped ReadOnlySpan<byte> name, long unixMs)
        where TRequest : struct, IRequestView, allows ref struct
    {
        int claim = _claims.IndexOf(name);
        if (_tokens is null || claim < 0) return default;
        _ = request.TryGetHeader("authorization"u8, out ReadOnlySpan<byte> authorization);
        return _tokens.Read(authorization, request.Client, unixMs).ValueOf(claim);
    }

    /// <summary>A fact, as <see cref="IRequestView.TryGetFact"/> promises it. What is said in headers is believed from trusted proxies only.</summary>
    /// <param name="request">Address and headers.</param>
    /// <param name="fact">Which.</param>
    /// <param name="value">The value; empty when false is returned.</param>
    public bool TryGetFact<TRequest>(scoped ref readonly TRequest request, RequestFact fact, out ReadOnlySpan<byte> value)
        where TRequest : struct, IRequestView, allows ref struct
    {
        switch (fact)
        {
            case RequestFact.Country:
                return Listed(_sources.Countries, request.Client, out value) || Told(in request, "x-country-code"u8, out value);
            case RequestFact.Asn:
                return Listed(_sources.Asns, request.Client, out value) || Told(in request, "x-asn"u8, out value);
            case RequestFact.AddressType:
                if (!TryGetType(in request, out value)) value = "unknown"u8;
                return true;
            case RequestFact.Tor:
                value = IsTor(in request) ? "true"u8 : "false"u8;
                return true;
            default:
                return TryGetAgent(in request, fact, out value);
        }
    }

    private bool TryGetType<TRequest>(scoped ref readonly TRequest request, out ReadOnlySpan<byte> value)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (_sources.Types is { } types)
        {
            if (types.TryFind(request.Client, out value)) return true;
            if (TryGetFact(in request, RequestFact.Asn, out ReadOnlySpan<byte> asn) && types.TryFindAsn(asn, out value)) return true;
        }

        return Told(in request, "x-asn-type"u8, out value);
    }

    private bool IsTor<TRequest>(scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (Told(in request, "x-tor-exit"u8, out ReadOnlySpan<byte> told))
        {
            if (Is(told, "1"u8) || Is(told, "true"u8) || Is(told, "yes"u8)) return true;
            if (Is(told, "0"u8) || Is(told, "false"u8) || Is(told, "no"u8)) return false;
        }

        return Listed(_sources.TorExits, request.Client, out ReadOnlySpan<byte> listed) && !Is(listed, "false"u8);
    }

    private static bool TryGetAgent<TRequest>(scoped ref readonly TRequest request, RequestFact fact, out ReadOnlySpan<byte> value)
        where TRequest : struct, IRequestView, allows ref struct
    {
        value = default;
        if (!request.TryGetHeader("user-agent"u8, out ReadOnlySpan<byte> agent) || agent.IsEmpty) return false;
        BotCategory category = AgentClassifier.Shipped.Classify(agent);
        if (fact == RequestFact.BotCategory && category == BotCategory.None) return false;
        value = fact == RequestFact.Bot ? BotCategoryNames.IsBot(category) : BotCategoryNames.CategoryOf(category);
        return true;
    }

    private static bool Listed(AddressList? list, ClientAddress address, out ReadOnlySpan<byte> value)
    {
        value = default;
        return list is not null && list.TryFind(address, out value);
    }

    /// <summary>What a trusted proxy says; empty counts as nothing.</summary>
    private static bool Told<TRequest>(scoped ref readonly TRequest request, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
        where TRequest : struct, IRequestView, allows ref struct
    {
        value = default;
        return request.IsTrusted && request.TryGetHeader(name, out value) && !value.IsEmpty;
    }

    private static bool Is(ReadOnlySpan<byte> value, ReadOnlySpan<byte> lowerCase) => Ascii.EqualsIgnoreCase(value, lowerCase);
}
