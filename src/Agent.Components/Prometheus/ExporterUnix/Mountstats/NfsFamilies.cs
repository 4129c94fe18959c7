using System.Globalization;

namespace Agent.Components.Prometheus.ExporterUnix.Mountstats;

/// <summary>The families of NFS mounts, in the order of the columns that they come from.</summary>
internal static class NfsFamilies
{
    private const double Milliseconds = 1000;

    // Doubles count exactly up to here; times beyond, which come of a wrapped difference, start over.
    private const ulong Mantissa = 1UL << 53;
    private const int FirstTime = 5;

    // Column 18 of the events counts nothing any more.
    private const int UnusedEvent = 18;
    private const int IdleTime = 4;

    public static readonly Family Info = Family.Gauge(
        "node_mountstats_nfs_mountpoint_info", "Info metric for an NFS mountpoint.", "export", "protocol", "mountaddr", "mountpoint");

    private static readonly Family Age = Mount("age_seconds_total", "The age of the NFS mount in seconds.");

    private static readonly Family[] Bytes =
    [
        Mount("read_bytes_total", "Number of bytes read using the read() syscall."),
        Mount("write_bytes_total", "Number of bytes written using the write() syscall."),
        Mount("direct_read_bytes_total", "Number of bytes read using the read() syscall in O_DIRECT mode."),
        Mount("direct_write_bytes_total", "Number of bytes written using the write() syscall in O_DIRECT mode."),
        Mount("total_read_bytes_total", "Number of bytes read from the NFS server, in total."),
        Mount("total_write_bytes_total", "Number of bytes written to the NFS server, in total."),
        Mount("read_pages_total", "Number of pages read directly via mmap()'d files."),
        Mount("write_pages_total", "Number of pages written directly via mmap()'d files."),
    ];

    private static readonly (int Column, Family Family)[] Transports =
    [
        (1, Transport("transport_bind_total", "Number of times the client has had to establish a connection from scratch to the NFS server.")),
        (2, Transport("transport_connect_total", "Number of times the client has made a TCP connection to the NFS server.")),
        (4, TransportGauge("transport_idle_time_seconds", "Duration since the NFS mount last saw any RPC traffic, in seconds.")),
        (5, Transport("transport_sends_total", "Number of RPC requests for this mount sent to the NFS server.")),
        (6, Transport("transport_receives_total", "Number of RPC responses for this mount received from the NFS server.")),
        (7, Transport(
            "transport_bad_transaction_ids_total",
            "Number of times the NFS server sent a response with a transaction ID unknown to this client.")),
        (9, Transport("transport_backlog_queue_total", "Total number of items added to the RPC backlog queue.")),
        (10, TransportGauge("transport_maximum_rpc_slots", "Maximum number of simultaneously active RPC requests ever used.")),
        (11, Transport("transport_sending_queue_total", "Total number of items added to the RPC transmission sending queue.")),
        (12, Transport("transport_pending_queue_total", "Total number of items added to the RPC transmission pending queue.")),
    ];

    private static readonly Family[] Operations =
    [
        Operation("operations_requests_total", "Number of requests performed for a given operation."),
        Operation("operations_transmissions_total", "Number of times an actual RPC request has been transmitted for a given operation."),
        Operation("operations_major_timeouts_total", "Number of times a request has had a major timeout for a given operation."),
        Operation("operations_sent_bytes_total", "Number of bytes sent for a given operation, including RPC headers and payload."),
        Operation("operations_received_bytes_total", "Number of bytes received for a given operation, including RPC headers and payload."),
        Operation(
            "operations_queue_time_seconds_total",
            "Duration all requests spent queued for transmission for a given operation before they were sent, in seconds."),
        Operation(
            "operations_response_time_seconds_total",
            "Duration all requests took to get a reply back after a request for a given operation was transmitted, in seconds."),
        Operation(
            "operations_request_time_seconds_total",
            "Duration all requests took from when a request was enqueued to when it was completely handled for a given operation, in seconds."),
    ];

    private static readonly Family[] Events =
    [
        Mount("event_inode_revalidate_total", "Number of times cached inode attributes are re-validated from the server."),
        Mount("event_dnode_revalidate_total", "Number of times cached dentry nodes are re-validated from the server."),
        Mount("event_data_invalidate_total", "Number of times an inode cache is cleared."),
        Mount("event_attribute_invalidate_total", "Number of times cached inode attributes are invalidated."),
        Mount("event_vfs_open_total", "Number of times cached inode attributes are invalidated."),
        Mount("event_vfs_lookup_total", "Number of times a directory lookup has occurred."),
        Mount("event_vfs_access_total", "Number of times permissions have been checked."),
        Mount("event_vfs_update_page_total", "Number of updates (and potential writes) to pages."),
        Mount("event_vfs_read_page_total", "Number of pages read directly via mmap()'d files."),
        Mount("event_vfs_read_pages_total", "Number of times a group of pages have been read."),
        Mount("event_vfs_write_page_total", "Number of pages written directly via mmap()'d files."),
        Mount("event_vfs_write_pages_total", "Number of times a group of pages have been written."),
        Mount("event_vfs_getdents_total", "Number of times directory entries have been read with getdents()."),
        Mount("event_vfs_setattr_total", "Number of times directory entries have been read with getdents()."),
        Mount("event_vfs_flush_total", "Number of pending writes that have been forcefully flushed to the server."),
        Mount("event_vfs_fsync_total", "Number of times fsync() has been called on directories and files."),
        Mount("event_vfs_lock_total", "Number of times locking has been attempted on a file."),
        Mount("event_vfs_file_release_total", "Number of times files have been closed and released."),
        Mount("event_truncation_total", "Number of times files have been truncated."),
        Mount("event_write_extension_total", "Number of times a file has been grown due to writes beyond its existing end."),
        Mount("event_silly_rename_total", "Number of times a file was removed while still open by another process."),
        Mount("event_short_read_total", "Number of times the NFS server gave less data than expected while reading."),
        Mount("event_short_write_total", "Number of times the NFS server wrote less data than expected while writing."),
        Mount("event_jukebox_delay_total", "Number of times the NFS server indicated EJUKEBOX; retrieving data from offline storage."),
        Mount("event_pnfs_read_total", "Number of NFS v4.1+ pNFS reads."),
        Mount("event_pnfs_write_total", "Number of NFS v4.1+ pNFS writes."),
    ];

    public static void Write(NfsMount mount, string protocol, string address, FamilyWriter output)
    {
        output.Write(Age, mount.AgeSeconds, mount.Device, protocol, address);
        for (int i = 0; i < Bytes.Length; i++)
        {
            output.Write(Bytes[i], mount.Bytes[i], mount.Device, protocol, address);
        }
        for (int i = 0; i < mount.Transports.Count; i++)
        {
            string number = i.ToString(CultureInfo.InvariantCulture);
            foreach ((int column, Family family) in Transports)
            {
                ulong value = mount.Transports[i].Counts[column];
                output.Write(family, column == IdleTime ? value % Mantissa : value, mount.Device, protocol, address, number);
            }
        }
        foreach (NfsOperation operation in mount.Operations)
        {
            for (int i = 0; i < Operations.Length; i++)
            {
                double value = i < FirstTime ? operation.Counts[i] : operation.Counts[i] % Mantissa / Milliseconds;
                output.Write(Operations[i], value, mount.Device, protocol, address, operation.Name);
            }
        }
        for (int i = 0; i < Events.Length; i++)
        {
            output.Write(Events[i], mount.Events[i < UnusedEvent ? i : i + 1], mount.Device, protocol, address);
        }
    }

    private static Family Mount(string name, string help) =>
        Family.Counter("node_mountstats_nfs_" + name, help, "export", "protocol", "mountaddr");

    private static Family Transport(string name, string help) =>
        Family.Counter("node_mountstats_nfs_" + name, help, "export", "protocol", "mountaddr", "transport");

    private static Family TransportGauge(string name, string help) =>
        Family.Gauge("node_mountstats_nfs_" + name, help, "export", "protocol", "mountaddr", "transport");

    private static Family Operation(string name, string help) =>
        Family.Counter("node_mountstats_nfs_" + name, help, "export", "protocol", "mountaddr", "operation");
}
