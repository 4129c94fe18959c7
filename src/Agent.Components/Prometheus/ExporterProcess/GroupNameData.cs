using Agent.Components.Common.GoTemplate;
using Agent.Components.Common.GoTemplate.Values;
using Agent.Components.Common.GoTime;

namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>A process as the template of a group's name sees it.</summary>
internal sealed class GroupNameData(ProcessIdentity process, GoMap matches, long bootSeconds) : TemplateData
{
    private const int NanosecondsPerTick = 1_000_000_000 / ProcStat.TicksPerSecond;
    private static readonly string[] Names = ["Cgroups", "Comm", "ExeBase", "ExeFull", "Username", "PID", "StartTime", "Matches"];

    internal override GoType Type => GoType.ProcessParameters;

    internal override bool IsRecord => true;

    internal override bool TryGet(string name, out GoValue value)
    {
        value = name switch
        {
            "Comm" => Text(process.Name),
            "ExeBase" => Text(process.HasLine ? process.ProgramBase : process.Name),
            "ExeFull" => Text(process.HasLine ? process.Program : process.Name),
            "Username" => GoValue.Of(GoText.FromString(process.UserName())),
            "PID" => GoValue.OfInt(process.Id),
            "StartTime" => GoValue.Of(GoInstant.At(
                bootSeconds, (long)process.StartTicks * NanosecondsPerTick, GoLocation.Utc)),
            "Matches" => GoValue.OfTextMap(matches),
            "Cgroups" => GoValue.OfTexts(process.ControlGroups().Select(GoText.FromString)),
            _ => default,
        };
        return value.IsValid;
    }

    internal override GoMap ToMap()
    {
        var map = new GoMap();
        foreach (string name in Names)
        {
            TryGet(name, out GoValue value);
            map[name] = value;
        }
        return map;
    }

    protected override bool TryRead(string name, out ReadOnlyMemory<byte> utf8)
    {
        // Values have types here: all go through TryGet.
        utf8 = default;
        return false;
    }

    protected override void ReadAll(Action<string, ReadOnlyMemory<byte>> add) => throw new System.Diagnostics.UnreachableException("BUG: values have types");

    private static GoValue Text(ReadOnlySpan<byte> utf8) => GoValue.Of(GoText.FromUtf8(utf8));
}
