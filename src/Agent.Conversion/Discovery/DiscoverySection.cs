using Agent.Conversion.Blocks;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Discovery;

/// <summary>One service discovery section on its way into a component: settings that have one name and one default on both sides.</summary>
internal readonly record struct DiscoverySection(YamlMap From, AlloyBody To)
{
    public void Text(string name, string fallback = "") => To.Text(name, From.Text(name, fallback), fallback);

    /// <summary>An argument that the component requires.</summary>
    public void Required(string name) => To.Text(name, From.Text(name), omit: null);

    public void Number(string name, long fallback = 0) => To.Number(name, From.Number(name, fallback), fallback);

    public void Flag(string name, bool fallback = false) => To.Flag(name, From.Flag(name, fallback), fallback);

    public void Duration(string name, TimeSpan fallback) => To.Duration(name, From.PrometheusDuration(name, fallback), fallback);

    public void Refresh(int seconds) => Duration("refresh_interval", TimeSpan.FromSeconds(seconds));

    public void Texts(string name, bool required = false) => To.Texts(name, From.Texts(name), required);

    public void Filters()
    {
        foreach (YamlMap filter in From.Maps("filters", "plain.Filter"))
        {
            AlloyBody block = To.Block("filter");
            block.Text("name", filter.Text("name"), omit: null);
            block.Texts("values", filter.Texts("values"), always: true);
        }
    }

    public void Http() => HttpClientSettings.Of(From).Write(To);

    public void Tls() => TlsSettings.WriteIfAny(From, To);

    /// <summary>A setting that Prometheus refuses to be without.</summary>
    public void Need(string name, string message)
    {
        if (From.Text(name).Length == 0 && From.Get(name)?.Kind is not (YamlKind.List or YamlKind.Map))
        {
            From.Problems.Invalid(From.Node, message);
        }
    }
}
