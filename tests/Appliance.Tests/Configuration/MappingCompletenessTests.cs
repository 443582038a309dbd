using System.Collections;
using System.Collections.Immutable;
using System.Net;
using System.Reflection;
using System.Text;
using Appliance.Configuration;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;

namespace Appliance.Tests.Configuration;

/// <summary>Nothing of the data plane's settings is out of the operator's reach, and no key is read in vain.</summary>
public sealed class MappingCompletenessTests
{
    private static readonly ImmutableArray<SharedKey> Keys = [new(7, new byte[16])];

    /// <summary>Set by the mapping itself, or the same for all.</summary>
    private static readonly string[] NotFromAKey = ["ListenerSettings.Handler", "HeaderEditSettings.IsEmpty"];

    [Fact]
    public void EverySettingCanBeReachedFromTheFile()
    {
        HashSet<string> changed = [];
        Collect(Map(EveryKey.Text), changed, ImmutableArray<object>.Empty);

        IEnumerable<string> all = SettingsTypes().SelectMany(type => type.GetProperties().Where(p => p.Name != "EqualityContract")
            .Select(p => $"{type.Name}.{p.Name}"));
        Assert.Equal([], all.Except(changed).Except(NotFromAKey).Order());
    }

    [Fact]
    public void EveryLineOfTheFileChangesWhatIsRunAndIsSeenAsAChange()
    {
        string[] lines = EveryKey.Text.Split('\n');
        string whole = Print(Map(EveryKey.Text));
        ApplianceConfig config = Loading.Good(EveryKey.Text);
        int tried = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            string less = string.Join('\n', lines.Where((_, at) => at != i));
            ConfigLoadResult result = Loading.Parse(less);
            if (result.Config is null) continue; // the line is needed by another

            tried++;
            if (Without(lines[i])) continue;
            Assert.True(Print(Map(less)) != whole, $"not mapped: {lines[i]}");
            Assert.False(ConfigDifference.Between(config, result.Config).IsEmpty, $"not compared: {lines[i]}");
        }

        Assert.InRange(tried, 70, lines.Length);
    }

    [Fact]
    public void WhatIsNotInTheFileIsAsTheDataPlaneHasIt()
    {
        const string Text = """
            listeners:
              - { name: web, address: 192.0.2.1:80, limits: { maximum_connections: 1 }, tls: { certificate_file: a, key_file: b }, routes: [{ upstream: api }] }
            upstreams:
              - name: api
                servers: [{ address: 198.51.100.21:80 }]
                health_check: {}
                outlier_ejection: {}
                circuit_breaker: {}
                sticky: { cookie: S }
                tls: {}
            """;
        ProxySettings mapped = Map(Text);
        ListenerSettings listener = mapped.Listeners[0];
        UpstreamSettings upstream = mapped.Upstreams[0];

        Assert.Equal(Print(new HttpSettings()), Print(listener.Http));
        Assert.Equal(Print(new UdpSettings()), Print(listener.Udp));
        Assert.Equal(Print(new TimeoutSettings()), Print(listener.Timeouts));
        Assert.Equal(Print(new AdmissionSettings { MaximumConnections = 1 }), Print(listener.Admission!));
        Assert.Equal(Print(new TlsSettings { Certificates = listener.Tls!.Certificates }), Print(listener.Tls!));
        UpstreamSettings plain = new()
        {
            Name = "api",
            Servers = [new ServerSettings(IPEndPoint.Parse("198.51.100.21:80"))],
            HealthCheck = new(),
            Ejection = new(),
            CircuitBreaker = new(),
            Sticky = new("S"),
            Tls = new(),
        };
        Assert.Equal(Print(plain), Print(upstream));
    }

    /// <summary>Its value is the default as well, and stands there so that the file is complete.</summary>
    private static bool Without(string line) => line.Trim() is "policies: enforce";

    private static ProxySettings Map(string yaml) => ProxyMapping.ToSettings(Loaded(yaml), Keys, new Answer(), _ => new Answer());

    /// <summary>Error pages come from a file of this test's own.</summary>
    private static ApplianceConfig Loaded(string yaml)
    {
        ApplianceConfig config = Loading.Good(yaml);
        return config with
        {
            Listeners =
            [
                .. config.Listeners.Select(l => l with
                {
                    Http = l.Http with { ErrorPages = l.ErrorPages.ToImmutableDictionary(p => p.Key, p => new ErrorPage("text/html", new byte[1])) },
                }),
            ],
        };
    }

    private static Type[] SettingsTypes() =>
        [.. typeof(ProxySettings).Assembly.GetExportedTypes().Where(t => t.Namespace == typeof(ProxySettings).Namespace && t.IsClass)];

    /// <summary>Notes each property that has another value than a fresh record has it, or that a record cannot be without.</summary>
    private static void Collect(object settings, HashSet<string> changed, ImmutableArray<object> path)
    {
        Type type = settings.GetType();
        object? fresh = type.GetConstructor([]) is { } constructor ? constructor.Invoke([]) : null;
        foreach (PropertyInfo property in type.GetProperties())
        {
            object? value = property.GetValue(settings);
            if (fresh is null || Print(property.GetValue(fresh)) != Print(value)) changed.Add($"{type.Name}.{property.Name}");
            foreach (object inner in Inner(value)) Collect(inner, changed, path);
        }
    }

    private static IEnumerable<object> Inner(object? value) => value switch
    {
        null or string or EndPoint or IPNetwork => [],
        IEnumerable many when value is not ICollection { Count: 0 } => many is not null && !IsDefault(value) ? many.Cast<object>().SelectMany(Unwrap) : [],
        _ => Unwrap(value),
    };

    private static IEnumerable<object> Unwrap(object item) => item switch
    {
        KeyValuePair<int, ErrorPage> page => [page.Value],
        _ when SettingsTypes().Contains(item.GetType()) => [item],
        _ => [],
    };

    private static bool IsDefault(object value) => value.GetType().GetProperty("IsDefault")?.GetValue(value) is true;

    private static string Print(object? value)
    {
        StringBuilder text = new();
        Print(value, text);
        return text.ToString();
    }

    private static void Print(object? value, StringBuilder text)
    {
        if (value is ReadOnlyMemory<byte> bytes) text.Append(Convert.ToHexString(bytes.Span));
        else if (value is IEnumerable many and not string && !IsDefault(value)) foreach (object item in many) Print(item, text.Append('|'));
        else if (value is not null && SettingsTypes().Contains(value.GetType()))
        {
            foreach (PropertyInfo property in value.GetType().GetProperties()) Print(property.GetValue(value), text.Append(property.Name).Append('='));
        }
        else if (value is not ILocalHandler) text.Append(value).Append(';');
    }

    private sealed class Answer : ILocalHandler
    {
        public ValueTask HandleAsync(LocalExchange exchange) => ValueTask.CompletedTask;
    }
}
