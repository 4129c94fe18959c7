namespace Agent.Components.Loki.SourceDocker;

/// <summary>Bytes of one connection. Lines point into it, so it is compacted only when no line is on its way.</summary>
internal sealed class ReadBuffer
{
    private readonly byte[] _bytes = new byte[DockerLimits.BufferSize];
    private int _start;
    private int _end;

    public int Room => _bytes.Length - _end;

    public Memory<byte> Free => _bytes.AsMemory(_end);

    public ReadOnlyMemory<byte> Unread => _bytes.AsMemory(_start, _end - _start);

    public void Filled(int count) => _end += count;

    public void Taken(int count) => _start += count;

    public void Compact()
    {
        _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
        _end -= _start;
        _start = 0;
    }
}
