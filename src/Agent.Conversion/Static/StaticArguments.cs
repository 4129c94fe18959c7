namespace Agent.Conversion.Static;

/// <summary>The flags of Grafana Agent that change how a configuration reads.</summary>
internal sealed record StaticArguments(bool ExpandEnvironment, bool IntegrationsNext)
{
    /// <summary>Flags that say nothing about the configuration's meaning, with a value.</summary>
    private static readonly string[] WithValue =
    [
        "config.file", "config.file.type", "config.url.basic-auth-user", "config.url.basic-auth-password-file", "metrics.wal-directory",
        "server.http.address", "server.grpc.address", "server.http.network", "server.grpc.network", "server.http.in-memory-addr",
        "server.grpc.in-memory-addr",
    ];

    private static readonly string[] Switches =
    [
        "config.enable-read-api", "disable-reporting", "disable-support-bundle", "server.http.enable-tls", "server.grpc.enable-tls",
    ];

    /// <summary>Reads flags and their values, one an element.</summary>
    public static (StaticArguments? Arguments, string? Error) Parse(IReadOnlyList<string> arguments)
    {
        bool expand = false;
        bool next = false;
        for (int i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].StartsWith('-'))
            {
                return (null, $"error parsing flags: \"{arguments[i]}\" is no flag");
            }
            string name = arguments[i].TrimStart('-');
            string? value = i + 1 < arguments.Count && !arguments[i + 1].StartsWith('-') ? arguments[i + 1] : null;
            if (name == "config.expand-env")
            {
                expand = value is not ("false" or "0" or "f");
            }
            else if (name == "enable-features")
            {
                next |= value?.Split(',').Contains("integrations-next") == true;
            }
            else if (!WithValue.Contains(name) && !Switches.Contains(name))
            {
                return (null, $"error parsing flags: flag provided but not defined: -{name}");
            }
            i += value is null ? 0 : 1;
        }
        return (new StaticArguments(expand, next), null);
    }
}
