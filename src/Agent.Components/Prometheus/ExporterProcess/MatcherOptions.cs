using Agent.Components.Common.GoTemplate;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>Rules that choose processes, and the name of the group that they form.</summary>
public sealed record MatcherOptions : IValidated
{
    private const string UsualName = "{{.ExeBase}}";

    /// <summary>
    /// Name of the group, a Go template over `.Comm`, `.ExeBase`, `.ExeFull`, `.Username`, `.PID`, `.StartTime`, `.Cgroups` and `.Matches`.
    /// </summary>
    public string Name { get; init; } = UsualName;

    /// <summary>Names as the kernel keeps them, of at most 15 bytes; one of them must be that of the process.</summary>
    public ValueList<string>? Comm { get; init; }

    /// <summary>Programs; one of them must be the first argument of the process, or without a slash in it, its last part.</summary>
    public ValueList<string>? Exe { get; init; }

    /// <summary>Regular expressions; each must match the command line, and what their named groups catch is in `.Matches`.</summary>
    public ValueList<Pattern>? Cmdline { get; init; }

    /// <summary>The template in use: an empty one means the usual name.</summary>
    internal string NameText => Name.Length == 0 ? UsualName : Name;

    public void Validate(ValidationContext context)
    {
        if (Comm is null && Exe is null && Cmdline is null)
        {
            context.Error("cannot match processes: the matcher has no rule; write at least one of comm, exe and cmdline");
        }
        if (!TextTemplate.TryParse(NameText, TimeProvider.System, new TemplateLimits(), out _, out string? error))
        {
            context.Error("name", $"cannot read the template of the name: {error}");
        }
    }
}
