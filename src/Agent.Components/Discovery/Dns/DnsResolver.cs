using System.Net;
using System.Net.Sockets;

namespace Agent.Components.Discovery.Dns;

/// <summary>Looks names up, in all domains that they may stand in, with the servers of the system.</summary>
internal sealed class DnsResolver(Func<ResolverSettings> settings, TimeProvider time)
{
    private readonly DnsExchange _exchange = new(time);

    /// <returns>The records of the first full name that is known; none where all servers agree that there is no such name.</returns>
    /// <exception cref="InvalidDataException">It is no name, or some server gave no usable answer: whether there are records is not known.</exception>
    /// <exception cref="IOException">The settings cannot be read.</exception>
    public async Task<IReadOnlyList<DnsRecord>> LookUpAsync(string name, DnsType type, CancellationToken stop)
    {
        ResolverSettings known = settings();
        string? problem = null;
        foreach (string full in known.NamesOf(name))
        {
            var question = new DnsQuestion(full, type);
            (DnsAnswer? answer, string failure) = await AskAnyAsync(known, question, stop);
            if (answer is { Status: DnsStatus.Success })
            {
                return answer.Records;
            }
            problem = answer is null ? $"cannot look up {full}: {failure}" : problem;
        }
        return problem is null ? [] : throw new InvalidDataException(problem);
    }

    private async Task<(DnsAnswer? Answer, string Failure)> AskAnyAsync(ResolverSettings known, DnsQuestion question, CancellationToken stop)
    {
        string failure = "";
        for (int attempt = 0; attempt < known.Attempts; attempt++)
        {
            foreach (IPEndPoint server in known.Servers)
            {
                try
                {
                    DnsAnswer answer = await _exchange.AskAsync(server, question, known.Timeout, stop);
                    if (answer.Status is DnsStatus.Success or DnsStatus.NoSuchName)
                    {
                        return (answer, "");
                    }
                    failure = $"{server} answered with status {answer.Status}";
                }
                catch (Exception exception) when (exception is SocketException or IOException or InvalidDataException or TimeoutException)
                {
                    failure = $"{server}: {exception.Message}";
                }
            }
        }
        return (null, failure);
    }
}
