using System.Buffers;
using Agent.Components.Common.GoTemplate;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;
using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>One text with its groups replaced. Used again for the next one.</summary>
internal sealed class Replacement(Pattern pattern, TextTemplate template, TemplateFieldNames names)
{
    // One line may have many groups: together their texts may take as much as one template may write.
    private readonly int _mostBytes = template.Limits.Output;
    private readonly TemplateFields _fields = new(names, GoType.StringMap);
    private readonly ArrayBufferWriter<byte> _result = new();
    private readonly ArrayBufferWriter<byte> _texts = new();
    private readonly List<(ByteRange Captured, ByteRange Text)> _replaced = [];
    private readonly ByteRange[] _groups = new ByteRange[pattern.GroupCount + 1];
    private readonly ByteRange[] _first = new ByteRange[pattern.GroupCount + 1];
    private ReadOnlyMemory<byte> _input;

    public ReadOnlySpan<byte> Result => _result.WrittenSpan;

    /// <summary>Replaces every group of every match; of groups within groups the outer. False where the template failed on one.</summary>
    public bool TryRun(LogRecord record, ReadOnlyMemory<byte> input, TemplateFailures failures)
    {
        _input = input;
        _fields.Use(record, hasEntry: false);
        int end = 0;
        bool isFirst = true;
        PatternMatches matches = pattern.EnumerateMatches(input.Span, _groups);
        while (matches.MoveNext())
        {
            if (isFirst)
            {
                _groups.CopyTo(_first, 0);
                isFirst = false;
            }
            for (int i = 1; i < _groups.Length; i++)
            {
                if (_groups[i].Found && !TryReplace(_groups[i], ref end, failures))
                {
                    return false;
                }
            }
        }
        _result.Write(input.Span[end..]);
        return true;
    }

    /// <summary>The new text of a group of the first match. A group that took no part counts as one that matched an empty text.</summary>
    public bool TryGroup(int group, out ReadOnlyMemory<byte> text)
    {
        ReadOnlySpan<byte> captured = _first[group].Found ? _first[group].Of(_input.Span) : default;
        // Of equal texts the last one's counts.
        for (int i = _replaced.Count - 1; i >= 0; i--)
        {
            if (_replaced[i].Captured.Of(_input.Span).SequenceEqual(captured))
            {
                text = _texts.WrittenMemory[_replaced[i].Text.Start.._replaced[i].Text.End];
                return true;
            }
        }
        text = default;
        return false;
    }

    public void Clear()
    {
        _fields.Use(null, hasEntry: false);
        _result.ResetWrittenCount();
        _texts.ResetWrittenCount();
        _replaced.Clear();
        _input = default;
    }

    private bool TryReplace(ByteRange group, ref int end, TemplateFailures failures)
    {
        _fields.Value = _input[group.Start..group.End];
        using TemplateRun run = template.Execute(_fields);
        if (run.Failed)
        {
            failures.Add(failures.WantsText ? run.Error : "");
            return false;
        }
        if (_result.WrittenCount + (long)_texts.WrittenCount + run.Output.Length > _mostBytes)
        {
            failures.Add($"the replaced text exceeds {_mostBytes} bytes");
            return false;
        }
        int start = _texts.WrittenCount;
        _texts.Write(run.Output);
        _replaced.Add((group, new ByteRange(start, _texts.WrittenCount)));
        if (end == 0 || end <= group.Start)
        {
            _result.Write(_input.Span[end..group.Start]);
            _result.Write(run.Output);
            end = group.End;
        }
        return true;
    }
}
