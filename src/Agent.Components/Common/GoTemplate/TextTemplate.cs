using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Functions;
using Agent.Components.Common.GoTemplate.Syntax;
using Agent.Components.Common.GoTemplate.Values;
using Agent.Components.Common.GoTime;
using Agent.Sdk.Patterns;

namespace Agent.Components.Common.GoTemplate;

/// <summary>A template of Go's text/template, with the functions that loki.process offers. Parsed once, executed by any number of threads.</summary>
public sealed class TextTemplate
{
    /// <summary>What Alloy calls the templates of stages; shows in messages.</summary>
    private const string TemplateName = "pipeline_template";

    // Patterns and zones may come from the lines: what is kept of them is bounded.
    private const int MostKept = 100;

    private readonly string _text;
    private readonly Dictionary<string, ListNode> _templates;
    private readonly ConcurrentBag<TemplateRun> _runs = [];
    private readonly ConcurrentDictionary<string, Pattern> _patterns = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, GoLocation> _locations = new(StringComparer.Ordinal);

    private TextTemplate(string text, (Dictionary<string, ListNode> Templates, string[] FieldNames) parsed, TimeProvider time, TemplateLimits limits)
    {
        _text = text;
        (_templates, FieldNames) = parsed;
        Time = time;
        Limits = limits;
    }

    public TemplateLimits Limits { get; }

    /// <summary>The names that follow a dot anywhere in the template, in UTF-8 bytes, one to a char: all that it can ask the data for one by one.</summary>
    public IReadOnlyList<string> FieldNames { get; }

    internal string Name { get; } = TemplateName;

    internal TimeProvider Time { get; }

    /// <summary>The machine's time zone.</summary>
    internal GoLocation Local => Location("Local") ?? GoLocation.Utc;

    /// <summary>Parses a template; the error is worded as Go words it: <c>template: pipeline_template:1: ...</c>.</summary>
    public static bool TryParse(
        string text,
        TimeProvider time,
        TemplateLimits limits,
        [NotNullWhen(true)] out TextTemplate? template,
        [NotNullWhen(false)] out string? error) =>
        TryParseWith(text, time, limits, TemplateFunctions.OfStages, out template, out error);

    /// <summary>The same with functions of the caller's beside those of stages.</summary>
    internal static bool TryParseWith(
        string text,
        TimeProvider time,
        TemplateLimits limits,
        TemplateFunctions functions,
        [NotNullWhen(true)] out TextTemplate? template,
        [NotNullWhen(false)] out string? error)
    {
        template = null;
        error = null;
        string bytes = GoText.FromString(text);
        try
        {
            template = new TextTemplate(bytes, TemplateParser.Parse(TemplateName, bytes, functions), time, limits);
            return true;
        }
        catch (TemplateSyntaxException exception)
        {
            error = GoText.ToString(exception.Message);
            return false;
        }
    }

    /// <summary>Executes the template. Read the run's output and error, then dispose of it.</summary>
    public TemplateRun Execute(TemplateData data)
    {
        TemplateRun run = _runs.TryTake(out TemplateRun? pooled) ? pooled : new TemplateRun(this);
        run.Execute(_templates[TemplateName], data);
        return run;
    }

    internal void Return(TemplateRun run) => _runs.Add(run);

    internal bool TryTemplate(string name, [NotNullWhen(true)] out ListNode? root) => _templates.TryGetValue(name, out root);

    internal string Describe(TemplateNode? node, string template, string message)
    {
        if (node is null)
        {
            return $"template: {GoText.ToString(template)}: {GoText.ToString(message)}";
        }
        ReadOnlySpan<char> before = _text.AsSpan(0, node.At);
        int line = before.Count('\n') + 1;
        int column = before.Length - (before.LastIndexOf('\n') + 1);
        return GoText.ToString($"template: {TemplateName}:{line}:{column}: executing {GoQuoting.Quote(template)} at <{node}>: {message}");
    }

    internal bool TryPattern(string text, [NotNullWhen(true)] out Pattern? pattern, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (_patterns.TryGetValue(text, out pattern))
        {
            return true;
        }
        if (!Pattern.TryParse(GoText.ToString(text), PatternOptions.None, out pattern, out error))
        {
            error = GoText.FromString(error);
            return false;
        }
        if (_patterns.Count < MostKept)
        {
            _patterns.TryAdd(text, pattern);
        }
        return true;
    }

    /// <summary>A time zone by name; null where there is none.</summary>
    internal GoLocation? Location(string name)
    {
        if (!_locations.TryGetValue(name, out GoLocation? location)
            && GoLocation.TryLoad(GoText.ToString(name), out location, out _) && _locations.Count < MostKept)
        {
            _locations.TryAdd(name, location);
        }
        return location;
    }
}
