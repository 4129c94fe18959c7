using System.Diagnostics;
using System.Text;
using Agent.Components.Common.GoTemplate;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;
using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>One <c>matcher</c> block at work: which processes it takes, and what it calls their group.</summary>
internal sealed class ProcessMatcher
{
    private readonly byte[][]? _names;
    private readonly ProgramName[]? _programs;
    private readonly Pattern[]? _patterns;
    private readonly ByteRange[] _groups;
    private readonly TextTemplate _name;

    public ProcessMatcher(MatcherOptions options, TimeProvider time)
    {
        _names = options.Comm is { } names ? [.. names.Select(Encoding.UTF8.GetBytes)] : null;
        _programs = options.Exe is { } programs ? [.. programs.Select(static program => new ProgramName(program))] : null;
        _patterns = options.Cmdline is { } patterns ? [.. patterns] : null;
        _groups = new ByteRange[_patterns is { Length: > 0 } ? _patterns.Max(static pattern => pattern.GroupNames.Count) : 0];
        _name = TextTemplate.TryParse(options.NameText, time, new TemplateLimits(), out TextTemplate? template, out string? error)
            ? template
            : throw new UnreachableException($"BUG: an invalid template got through: {error}");
    }

    /// <summary>What went wrong in the template of the name, for the first time only; null where nothing did.</summary>
    public string? NameError { get; private set; }

    /// <summary>The group of a process; null where this matcher does not take it.</summary>
    public string? GroupOf(ProcessIdentity process, long bootSeconds)
    {
        if (!HasName(process) || !HasProgram(process) || !HasLine(process))
        {
            return null;
        }
        GoMap matches = Matches(process);
        using TemplateRun run = _name.Execute(new GroupNameData(process, matches, bootSeconds));
        // As in the reference the name is then what was written before the error.
        NameError ??= run.Error;
        return Encoding.UTF8.GetString(run.Output);
    }

    private bool HasName(ProcessIdentity process)
    {
        if (_names is null)
        {
            return true;
        }
        foreach (byte[] name in _names)
        {
            if (process.Name.SequenceEqual(name))
            {
                return true;
            }
        }
        return false;
    }

    private bool HasProgram(ProcessIdentity process)
    {
        if (_programs is null)
        {
            return true;
        }
        foreach (ProgramName program in _programs)
        {
            if (process.HasLine && program.IsThatOf(process))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Every pattern must match somewhere in the whole line.</summary>
    private bool HasLine(ProcessIdentity process)
    {
        foreach (Pattern pattern in _patterns ?? [])
        {
            if (!pattern.IsMatch(process.Line))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>What the named groups of the patterns caught; of two of one name that of the later pattern.</summary>
    private GoMap Matches(ProcessIdentity process)
    {
        var matches = new GoMap();
        foreach (Pattern pattern in _patterns ?? [])
        {
            pattern.Match(process.Line, _groups.AsSpan(0, pattern.GroupNames.Count));
            for (int i = 1; i < pattern.GroupNames.Count; i++)
            {
                if (pattern.GroupNames[i] is { Length: > 0 } name)
                {
                    matches[GoText.FromString(name)] = GoValue.Of(GoText.FromUtf8(_groups[i].Of(process.Line)));
                }
            }
        }
        return matches;
    }

    /// <summary>A program as the user names it: with a slash all of its path, without one only the last part.</summary>
    private readonly struct ProgramName(string text)
    {
        private readonly byte[] _text = Encoding.UTF8.GetBytes(text);

        public bool IsThatOf(ProcessIdentity process) =>
            _text.AsSpan().SequenceEqual(_text.AsSpan().Contains((byte)'/') ? process.Program : process.ProgramBase);
    }
}
