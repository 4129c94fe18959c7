using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using Agent.Components.Common.Files;
using Agent.Sdk;
using ChildProcess = System.Diagnostics.Process;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>Reads journals through a child process, where libsystemd is missing: <c>journalctl --output=export --follow</c>.</summary>
internal sealed class JournalctlReader : IJournalReader
{
    private const int BufferSize = 64 * 1024;

    // Only a safety net: bytes and the end of the child wake it.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly ChildProcess _process;
    private readonly SafeHandle _output;
    private readonly ExportParser _parser = new();
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _start;
    private int _end;
    private bool _isDisposed;
    private volatile string _complaint = "";

    private JournalctlReader(ChildProcess process)
    {
        _process = process;
        _output = process.StandardOutput.BaseStream switch
        {
            PipeStream pipe => pipe.SafePipeHandle,
            FileStream file => file.SafeFileHandle,
            var other => throw new UnreachableException($"BUG: a child's output is a {other.GetType().Name}"),
        };
        process.ErrorDataReceived += (_, line) => _complaint = line.Data ?? _complaint;
        process.BeginErrorReadLine();
    }

    public string Means => "journalctl";

    public long Timestamp => _parser.Timestamp;

    /// <exception cref="ComponentException">journalctl cannot be started.</exception>
    public static JournalctlReader Open(JournalSource source, JournalStart start)
    {
        var command = new ProcessStartInfo("journalctl")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in Arguments(source, start))
        {
            command.ArgumentList.Add(argument);
        }
        command.Environment["LC_ALL"] = "C";
        try
        {
            return new JournalctlReader(ChildProcess.Start(command) ?? throw new UnreachableException("BUG: no process was started"));
        }
        catch (Win32Exception exception)
        {
            throw new ComponentException("cannot read the journal: there is neither libsystemd.so.0 nor journalctl", exception);
        }
    }

    /// <summary>What journalctl is called with. It takes a cursor or a time, so the time in the cursor decides which.</summary>
    internal static List<string> Arguments(JournalSource source, JournalStart start)
    {
        List<string> arguments = ["--output=export", "--follow", "--no-tail", "--no-pager", "--quiet", "--all"];
        if (source.Path.Length > 0)
        {
            arguments.Add($"--directory={source.Path}");
        }
        if (start.Cursor.Length > 0 && (start.Oldest == 0 || TimeOf(start.Cursor) >= start.Oldest))
        {
            arguments.Add($"--after-cursor={start.Cursor}");
        }
        else if (start.Oldest > 0)
        {
            arguments.Add($"--since=@{start.Oldest / 1_000_000}");
        }
        arguments.AddRange(source.Matches);
        return arguments;
    }

    public JournalRead Next()
    {
        while (true)
        {
            ReadOnlySpan<byte> input = _buffer.AsSpan(_start, _end - _start);
            bool isComplete = _parser.TryTake(ref input);
            _start = _end - input.Length;
            if (isComplete)
            {
                return JournalRead.Item;
            }
            if (!IsReadable())
            {
                return JournalRead.End;
            }
            nint read = Libc.Read(Descriptor, _buffer, (nuint)_buffer.Length);
            if (read == 0)
            {
                throw Ended();
            }
            _start = 0;
            _end = (int)Math.Max(read, 0);
        }
    }

    public JournalRead NextField(out JournalField field) => _parser.NextField(out field);

    public string Cursor() => _parser.Cursor;

    public void Wait(WakeSignal wake) => wake.WaitFor(Descriptor, Libc.PollIn, LongestWait);

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }
        _isDisposed = true;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _parser.Dispose();
    }

    private int Descriptor => (int)_output.DangerousGetHandle();

    // s=SEQNUM_ID;i=SEQNUM;b=BOOT;m=MONOTONIC;t=REALTIME;x=HASH, numbers in hexadecimal, times in microseconds.
    private static long TimeOf(string cursor)
    {
        foreach (string part in cursor.Split(';'))
        {
            if (part.StartsWith("t=", StringComparison.Ordinal)
                && long.TryParse(part.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long time))
            {
                return time;
            }
        }
        return 0;
    }

    private bool IsReadable()
    {
        Span<Libc.PollEntry> entries = [new Libc.PollEntry { Descriptor = Descriptor, Events = Libc.PollIn }];
        return Libc.Poll(entries, 1, 0) > 0;
    }

    private ComponentException Ended()
    {
        // Also waits for the end of what it complains about.
        _process.WaitForExit();
        return new ComponentException($"cannot read the journal: journalctl ended with status {_process.ExitCode}: {_complaint}");
    }
}
