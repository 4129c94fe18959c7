using System.Text;
using System.Text.Json.Nodes;
using Agent.Components.Common.GoTemplate;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Functions;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Tests.Deploy;

/// <summary>Renders a chart as Helm does, as far as this project's own templates go: Go's and sprig's functions, include, tpl, toYaml.</summary>
internal sealed class HelmChart
{
    private readonly string _folder;
    private readonly string _definitions;
    private readonly TemplateFunctions _functions;

    public HelmChart(string folder)
    {
        _folder = folder;
        _definitions = string.Concat(Directory.GetFiles(Path.Combine(folder, "templates"), "*.tpl").Order(StringComparer.Ordinal).Select(File.ReadAllText));
        var own = new FunctionSet();
        own.Add("include", [GoType.String, GoType.Any], (run, given) => Include(run, given[0].AsText, given[1]));
        own.Add("tpl", [GoType.String, GoType.Any], (run, given) => Nested(run, GoText.ToString(given[0].AsText), given[1]));
        own.Add("toYaml", [GoType.Any], static (_, given) => GoValue.Of(GoText.FromString(GoYaml.Write(given[0]))));
        _functions = new TemplateFunctions(own.Functions);
    }

    /// <summary>The chart's own values.</summary>
    public JsonObject Values() => Yaml.Single(File.ReadAllText(Path.Combine(_folder, "values.yaml")));

    /// <summary>The objects of a release.</summary>
    /// <param name="change">What the user's values change in the chart's.</param>
    public List<JsonObject> Render(Action<JsonObject>? change = null)
    {
        JsonObject values = Values();
        change?.Invoke(values);
        HelmData data = new(Root(values));
        return [.. Directory.GetFiles(Path.Combine(_folder, "templates"), "*.yaml").Order(StringComparer.Ordinal)
            .SelectMany(file => Yaml.Documents(Render(File.ReadAllText(file), data)))];
    }

    /// <summary>What is printed after an installation.</summary>
    public string Notes() => Render(File.ReadAllText(Path.Combine(_folder, "templates/NOTES.txt")), new HelmData(Root(Values())));

    private GoMap Root(JsonObject values)
    {
        JsonObject chart = Yaml.Single(File.ReadAllText(Path.Combine(_folder, "Chart.yaml")));
        var root = new GoMap { ["Values"] = GoYaml.Read(values) };
        // Fields of Go's struct begin with a capital.
        root["Chart"] = GoYaml.Read(new JsonObject(chart.Select(static pair => KeyValuePair.Create(char.ToUpperInvariant(pair.Key[0]) + pair.Key[1..], pair.Value?.DeepClone()))));
        root["Release"] = GoYaml.Read(new JsonObject { ["Name"] = "invar", ["Namespace"] = "monitoring", ["Service"] = "Helm" });
        return root;
    }

    private GoValue Include(TemplateRun run, string name, GoValue data) =>
        Nested(run, "{{ template \"" + GoText.ToString(name) + "\" . }}", data);

    private GoValue Nested(TemplateRun run, string text, GoValue data)
    {
        try
        {
            return GoValue.Of(GoText.FromString(Render(text, new HelmData(data.AsMap))));
        }
        catch (InvalidDataException exception)
        {
            return run.Raise(GoText.FromString(exception.Message));
        }
    }

    private string Render(string text, HelmData data)
    {
        // In front, where whatever a definition trims cannot be part of the text.
        if (!TextTemplate.TryParseWith(_definitions + "{{- /**/ -}}" + text, TimeProvider.System, new TemplateLimits(), _functions, out TextTemplate? template, out string? error))
        {
            throw new InvalidDataException(error);
        }
        using TemplateRun run = template.Execute(data);
        return run.Failed ? throw new InvalidDataException(run.Error) : Encoding.UTF8.GetString(run.Output);
    }
}

/// <summary>A map that a template runs over.</summary>
internal sealed class HelmData(GoMap map) : TemplateData
{
    internal override bool TryGet(string name, out GoValue value) => map.TryGet(name, out value);

    internal override GoMap ToMap() => map;

    protected override bool TryRead(string name, out ReadOnlyMemory<byte> utf8)
    {
        utf8 = default;
        return false;
    }

    protected override void ReadAll(Action<string, ReadOnlyMemory<byte>> add) => throw new NotSupportedException();
}
