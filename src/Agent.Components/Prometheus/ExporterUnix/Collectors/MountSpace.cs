using System.Collections.Concurrent;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>What a mount answered.</summary>
internal readonly record struct MountAnswer(HostCalls.FilesystemSpace Space, string? Error);

/// <summary>Asks mounts for their space, and leaves those alone that do not answer (an NFS server that is gone) until they do.</summary>
/// <remarks>
/// One thread of the pool asks them one after the other. Where one hangs that thread is left behind, and another one goes on with the
/// rest. A stuck mount is not asked again meanwhile, so it holds one thread at most.
/// </remarks>
internal sealed class MountSpace(TimeSpan timeout)
{
    private const string StuckError = "mountpoint timeout";
    private readonly ConcurrentDictionary<string, bool> _stuck = new(StringComparer.Ordinal);

    /// <param name="paths">Mount points as this process sees them.</param>
    /// <param name="answers">Gets an answer for each path.</param>
    /// <param name="time">Counts the timeout.</param>
    public void Ask(string[] paths, Span<MountAnswer> answers, TimeProvider time)
    {
        int next = 0;
        while (next < paths.Length)
        {
            var walk = new MountWalk(paths, next, _stuck);
            Task asking = Task.Run(walk.Run);
            int seen = next;
            bool isStuck = false;
            while (!isStuck && !Wait(asking, time))
            {
                int at = walk.Position;
                isStuck = at == seen && TryLeave(walk, paths[at], at);
                seen = at;
            }
            int end = isStuck ? seen : paths.Length;
            walk.Answers.AsSpan(next, end - next).CopyTo(answers[next..]);
            next = end;
            if (isStuck)
            {
                answers[next++] = new MountAnswer(default, StuckError);
            }
        }
    }

    private bool TryLeave(MountWalk walk, string path, int at)
    {
        _stuck[path] = true;
        if (walk.TryAbandon(at))
        {
            return true;
        }
        // It answered at the last moment.
        _stuck.TryRemove(path, out _);
        return false;
    }

    private bool Wait(Task asking, TimeProvider time)
    {
        try
        {
            asking.WaitAsync(timeout, time).GetAwaiter().GetResult();
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>A walk over the mounts by one thread, which may be left behind.</summary>
    private sealed class MountWalk(string[] paths, int start, ConcurrentDictionary<string, bool> stuck)
    {
        private readonly int _start = start;

        // The complement of a position: the walk was abandoned there.
        private int _position = start;

        /// <summary>The mount that is being asked; those before it have answered.</summary>
        public int Position => Volatile.Read(ref _position);

        public MountAnswer[] Answers { get; } = new MountAnswer[paths.Length];

        /// <summary>False where the mount has answered meanwhile.</summary>
        public bool TryAbandon(int at) => Interlocked.CompareExchange(ref _position, ~at, at) == at;

        public void Run()
        {
            for (int i = _start; i < paths.Length; i++)
            {
                Answers[i] = stuck.ContainsKey(paths[i]) ? new MountAnswer(default, StuckError) : Ask(paths[i]);
                if (Interlocked.CompareExchange(ref _position, i + 1, i) != i)
                {
                    stuck.TryRemove(paths[i], out _);
                    return;
                }
            }
        }

        private static MountAnswer Ask(string path)
        {
            (HostCalls.FilesystemSpace space, string? error) = HostCalls.Statfs(path);
            return new MountAnswer(space, error);
        }
    }
}
