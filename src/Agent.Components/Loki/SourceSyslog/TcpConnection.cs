using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Agent.Components.Common.Http;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Reads one connection until it ends, falls silent or breaks its framing. While consumers are slow it is not read.</summary>
/// <remarks>Lines point into its buffer, which grows with what arrives up to the longest message and stays as it is while they are in use.</remarks>
internal sealed partial class TcpConnection(SyslogListener listener, Socket socket, TlsServer? tls) : IDisposable
{
    private const int FirstBuffer = 4096;

    /// <summary>How long a message waits for a line that might continue it.</summary>
    private static readonly TimeSpan HoldTime = TimeSpan.FromMilliseconds(250);

    private readonly MessageReader _reader = new(listener);
    private readonly int _largestBuffer = (int)Math.Min((long)listener.Options.MaxMessage + FrameSplitter.Overhead, Array.MaxLength);
    private readonly CancellationTokenSource _ends = new(listener.Options.Idle, listener.Services.Time);
    private SyslogPeer _peer = new("", "");
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int _start;
    private int _end;

    public async Task RunAsync(CancellationToken stop)
    {
        using CancellationTokenRegistration stopped = stop.Register(static ends => ((CancellationTokenSource)ends!).Cancel(), _ends);
        try
        {
            IPAddress address = SyslogPeer.Plain(((IPEndPoint)socket.RemoteEndPoint!).Address);
            _peer = new SyslogPeer(address.ToString(), await listener.Services.Names.FindAsync(address, stop).ConfigureAwait(false));
            await using Stream? stream = await OpenAsync().ConfigureAwait(false);
            if (stream is not null)
            {
                await ReadAsync(stream, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The listener ends.
        }
        catch (SocketException)
        {
            // Gone before it said anything.
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        _ends.Dispose();
        _reader.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private async ValueTask<Stream?> OpenAsync()
    {
        var plain = new NetworkStream(socket, ownsSocket: true);
        if (tls is null)
        {
            return plain;
        }
        var secure = new SslStream(plain);
        try
        {
            await secure.AuthenticateAsServerAsync(tls.Authentication(), _ends.Token).ConfigureAwait(false);
            return secure;
        }
        catch (Exception failed) when (failed is AuthenticationException or IOException or OperationCanceledException)
        {
            listener.ReportBad(_peer, $"the TLS handshake failed: {failed.Message}");
            await secure.DisposeAsync().ConfigureAwait(false);
            return null;
        }
    }

    private async Task ReadAsync(Stream stream, CancellationToken stop)
    {
        while (true)
        {
            await PauseAsync(stop).ConfigureAwait(false);
            int read = await ReceiveAsync(stream, stop).ConfigureAwait(false);
            _end += read;
            bool isBroken = await ForwardAsync(isEnd: read == 0, stop).ConfigureAwait(false);
            if (isBroken || read == 0)
            {
                return;
            }
        }
    }

    /// <summary>While memory is short the connection is not read, so that its sender has to wait; that does not count as its silence.</summary>
    private ValueTask PauseAsync(CancellationToken stop)
    {
        if (listener.Services.Memory.IsClosed)
        {
            _ends.CancelAfter(Timeout.InfiniteTimeSpan);
        }
        return listener.Services.Memory.WaitAsync(stop);
    }

    /// <summary>Sends on all messages that are there; true where the connection is of no use any more.</summary>
    private async ValueTask<bool> ForwardAsync(bool isEnd, CancellationToken stop)
    {
        _reader.Begin();
        _start += _reader.Read(_buffer.AsMemory(_start, _end - _start), _peer, isEnd, out bool isBroken);
        await listener.Services.SendAsync(_reader.Batch, stop).ConfigureAwait(false);
        return isBroken;
    }

    /// <summary>0 at the end: closed, reset or silent for too long.</summary>
    private async ValueTask<int> ReceiveAsync(Stream stream, CancellationToken stop)
    {
        Memory<byte> room = MakeRoom();
        _ends.CancelAfter(listener.Options.Idle);
        try
        {
            ValueTask<int> receiving = stream.ReadAsync(room, _ends.Token);
            return _reader.IsHolding && !receiving.IsCompleted
                ? await ReceiveOrForwardAsync(receiving.AsTask(), stop).ConfigureAwait(false)
                : await receiving.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested && _ends.IsCancellationRequested)
        {
            LogIdle(listener.Services.Logger, _peer.Address, listener.Options.Address);
            return 0;
        }
        catch (IOException broken)
        {
            LogBroken(listener.Services.Logger, _peer.Address, listener.Options.Address, broken.Message);
            return 0;
        }
        finally
        {
            // Consumers may take their time.
            _ends.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Sends the held message on if nothing comes soon. It stands before the room that is received into, so it does not move.</summary>
    private async Task<int> ReceiveOrForwardAsync(Task<int> receiving, CancellationToken stop)
    {
        try
        {
            return await receiving.WaitAsync(HoldTime, listener.Services.Time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Nothing came.
        }
        bool isForwarded = false;
        try
        {
            await ForwardAsync(isEnd: true, stop).ConfigureAwait(false);
            isForwarded = true;
        }
        finally
        {
            if (!isForwarded)
            {
                // The buffer is about to be given back: nothing may be received into it any more.
                await _ends.CancelAsync().ConfigureAwait(false);
                await ((Task)receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        return await receiving.ConfigureAwait(false);
    }

    private Memory<byte> MakeRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        if (_end == _buffer.Length && _start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
        {
            if (_end >= _largestBuffer)
            {
                throw new UnreachableException("BUG: a syslog message outgrew its limit");
            }
            byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(_buffer.Length * 2L, _largestBuffer));
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        return _buffer.AsMemory(_end);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "syslog connection of {Peer} on {Address} was silent for too long")]
    private static partial void LogIdle(ILogger logger, string peer, string address);

    [LoggerMessage(Level = LogLevel.Debug, Message = "syslog connection of {Peer} on {Address} broke: {Cause}")]
    private static partial void LogBroken(ILogger logger, string peer, string address, string cause);
}
