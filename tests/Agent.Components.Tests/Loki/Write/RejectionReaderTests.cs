using Agent.Components.Loki.Write;

namespace Agent.Components.Tests.Loki.Write;

public sealed class RejectionReaderTests
{
    [Theory]
    [InlineData("entry for stream '{app=\"x\"}' has timestamp too old: 2020-01-01T00:00:00Z, oldest acceptable timestamp is: 2023", "greater_than_max_sample_age")]
    [InlineData("entry for stream '{app=\"x\"}' has timestamp too new: 2040-01-01T00:00:00Z", "too_far_in_future")]
    [InlineData("max entry size '262144' bytes exceeded for stream '{app=\"x\"}' while adding an entry with length '300000' bytes", "line_too_long")]
    [InlineData("stream '{app=\"x\"}' has structured metadata too large: '70000' bytes, limit: '65536' bytes. Please see", "structured_metadata_too_large")]
    [InlineData("entry for stream '{a=\"1\", b=\"2\"}' has 2 label names; limit 1", "max_label_names_per_series")]
    [InlineData("stream '{app=\"x\"}' has label value too long: 'x'", "label_value_too_long")]
    [InlineData("error at least one label pair is required per stream", "missing_labels")]
    [InlineData("Per stream rate limit exceeded (limit: 3MB/sec) while attempting to ingest for stream", "per_stream_rate_limit")]
    [InlineData("Maximum active stream limit exceeded when trying to create stream {}, reduce the number", "stream_limit")]
    [InlineData("ingestion rate limit exceeded for user fake (limit: 1 bytes/sec) while attempting", "rate_limited")]
    public void A_single_message_is_one_entry_with_its_reason(string text, string reason)
    {
        Rejection found = Assert.Single(RejectionReader.Read(text));
        Assert.Equal((reason, 1), (found.Reason, found.Count));
        Assert.Equal(reason, RejectionReader.ReasonOf(text));
    }

    [Fact]
    public void Grouped_messages_count_as_often_as_they_say()
    {
        const string Text =
            "3 errors like: entry for stream '{app=\"a; 1 b\"}' has timestamp too new: 2040; " +
            "12 errors like: max entry size '10' bytes exceeded for stream '{app=\"x\"}' while adding an entry with length '11' bytes\n";
        Assert.Equal([("too_far_in_future", 3), ("line_too_long", 12)], RejectionReader.Read(Text).Select(static r => (r.Reason, r.Count)));
    }

    [Fact]
    public void The_total_of_an_ingester_counts_and_not_the_entries_it_lists()
    {
        const string Text =
            "entry with timestamp 2023-01-01 00:00:00 +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: 2023, " +
            "oldest acceptable timestamp is: 2024',\nuser 'fake', total ignored: 17 out of 30 for stream: {app=\"x\"}";
        Rejection found = Assert.Single(RejectionReader.Read(Text));
        Assert.Equal(("too_far_behind", 17), (found.Reason, found.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("couldn't parse push request")]
    [InlineData("; 99999999999999999999 errors like: ; ; errors like: ")]
    public void Text_of_another_kind_names_nothing(string text) => Assert.Empty(RejectionReader.Read(text));
}
