namespace Agent.Conversion.Static.Integrations;

/// <summary>All kinds of integrations.</summary>
internal static class IntegrationKinds
{
    private const string Kafka = """
        instance kafka_uris:l use_sasl:b use_sasl_handshake:b sasl_username sasl_password sasl_mechanism sasl_disable_pafx_fast:b use_tls:b
        tls_server_name ca_file cert_file key_file insecure_skip_verify:b kafka_version use_zookeeper_lag:b zookeeper_uris:l kafka_cluster_name
        metadata_refresh_interval gssapi_service_name gssapi_kerberos_config_path gssapi_realm gssapi_key_tab_path gssapi_kerberos_auth_type
        offset_show_all:b topic_workers:n allow_concurrency:b allow_auto_topic_creation:b max_offsets:n prune_interval_seconds:n
        topics_filter_regex topics_exclude_regex groups_filter_regex groups_exclude_regex
        """;

    private const string MySql = """
        data_source_name enable_collectors:l disable_collectors:l set_collectors:l enable_lock_wait_timeout:b lock_wait_timeout:n log_slow_filter:b
        info_schema.processlist{ info_schema_processlist_min_time>min_time:n info_schema_processlist_processes_by_user>processes_by_user:b
          info_schema_processlist_processes_by_host>processes_by_host:b }
        info_schema.tables{ info_schema_tables_databases>databases }
        perf_schema.eventsstatements{ perf_schema_eventsstatements_limit>limit:n perf_schema_eventsstatements_time_limit>time_limit:n
          perf_schema_eventsstatements_digtext_text_limit>text_limit:n perf_schema_eventsstatements_exclude_schemas>exclude_schemas:l }
        perf_schema.file_instances{ perf_schema_file_instances_filter>filter perf_schema_file_instances_remove_prefix>remove_prefix }
        perf_schema.memory_events{ perf_schema_memory_events_remove_prefix>remove_prefix }
        heartbeat{ heartbeat_database>database heartbeat_table>table heartbeat_utc>utc:b } mysql.user{ mysql_user_privileges>privileges:b }
        """;

    private const string Node = """
        include_exporter_metrics:b procfs_path sysfs_path rootfs_path udev_data_path enable_collectors:l disable_collectors:l set_collectors:l
        arp{ arp_device_exclude>device_exclude arp_device_include>device_include arp_netlink>netlink:b }
        bcache{ enable_bcache_priority_stats>priority_stats:b }
        cpu{ cpu_bugs_include>bugs_include enable_cpu_guest_seconds_metric>guest:b enable_cpu_info_metric>info:b cpu_flags_include>flags_include }
        disk{ diskstats_ignored_devices|diskstats_device_exclude>device_exclude diskstats_device_include>device_include }
        ethtool{ ethtool_device_exclude>device_exclude ethtool_device_include>device_include ethtool_metrics_include>metrics_include }
        filesystem{ filesystem_ignored_fs_types|filesystem_fs_types_exclude>fs_types_exclude
          filesystem_ignored_mount_points|filesystem_mount_points_exclude>mount_points_exclude filesystem_mount_timeout>mount_timeout:d }
        hwmon{ hwmon_chip_exclude>chip_exclude hwmon_chip_include>chip_include } ipvs{ ipvs_backend_labels>backend_labels:l }
        ntp{ ntp_ip_ttl>ip_ttl:n ntp_local_offset_tolerance>local_offset_tolerance:d ntp_max_distance>max_distance:d
          ntp_protocol_version>protocol_version:n ntp_server>server ntp_server_is_local>server_is_local:b }
        netclass{ netclass_ignore_invalid_speed_device>ignore_invalid_speed_device:b netclass_ignored_devices>ignored_devices }
        netdev{ netdev_address_info>address_info:b netdev_device_blacklist|netdev_device_exclude>device_exclude
          netdev_device_whitelist|netdev_device_include>device_include }
        netstat{ netstat_fields>fields }
        perf{ perf_cpus>cpus perf_tracepoint>tracepoint:l perf_disable_hardware_profilers>disable_hardware_profilers:b
          perf_disable_software_profilers>disable_software_profilers:b perf_disable_cache_profilers>disable_cache_profilers:b
          perf_hardware_profilers>hardware_profilers:l perf_software_profilers>software_profilers:l perf_cache_profilers>cache_profilers:l }
        powersupply{ powersupply_ignored_supplies>ignored_supplies } runit{ runit_service_dir>service_dir } supervisord{ supervisord_url>url }
        sysctl{ sysctl_include>include:l sysctl_include_info>include_info:l }
        systemd{ systemd_enable_restarts_metrics>enable_restarts:b systemd_enable_start_time_metrics>start_time:b
          systemd_enable_task_metrics>task_metrics:b systemd_unit_blacklist|systemd_unit_exclude>unit_exclude
          systemd_unit_whitelist|systemd_unit_include>unit_include }
        tapestats{ tapestats_ignored_devices>ignored_devices } textfile{ textfile_directory>directory } vmstat{ vmstat_fields>fields }
        """;

    private const string Redis = """
        include_exporter_metrics:b redis_addr:r redis_user redis_password redis_password_file redis_password_map_file namespace config_command
        check_keys:c check_key_groups:c check_key_groups_batch_size:n max_distinct_key_groups:n check_single_keys:c check_streams:c
        check_single_streams:c export_key_values:b count_keys:c script_path connection_timeout:d tls_client_key_file tls_client_cert_file
        tls_ca_cert_file set_client_name:b is_tile38:b is_cluster:b export_client_list:b export_client_port:b redis_metrics_only:b
        ping_on_connect:b incl_system_metrics:b skip_tls_verification:b
        """;

    private const string Mongo = """
        mongodb_uri:r compatible_mode:b collect_all:b direct_connect:b!true discovering_mode:b!true currentop_slow_time:d enable_db_stats:b
        enable_db_stats_free_storage:b enable_diagnostic_data:b enable_replicaset_status:b enable_replicaset_config:b
        enable_currentop_metrics:b enable_top_metrics:b enable_index_stats:b enable_coll_stats:b enable_profile:b enable_shards:b enable_fcv:b
        enable_pbm_metrics:b
        """;

    private const string CAdvisor = """
        store_container_labels:b allowlisted_container_labels:l env_metadata_allowlist:l raw_cgroup_prefix_allowlist:l perf_events_config
        resctrl_interval:d disabled_metrics:l enabled_metrics:l storage_duration:d containerd>containerd_host containerd_namespace
        docker>docker_host docker_tls>use_docker_tls:b docker_tls_cert docker_tls_key docker_tls_ca docker_only:b disable_root_cgroup_stats:b
        """;

    private const string Azure = """
        subscriptions:R resource_graph_query_filter resource_type:r metrics:R metric_aggregations:l timespan interval included_dimensions:l
        included_resource_tags:l metric_namespace metric_name_template metric_help_template azure_cloud_environment validate_dimensions:b regions:l
        """;

    private const string Elastic = """
        address timeout:d all:b node indices:b indices_settings:b cluster_settings:b shards:b aliases:b snapshots:b clusterinfo_interval:d ca
        client_private_key client_cert ssl_skip_verify:b data_stream:b slm:b @basic_auth{ username password password_file }
        """;

    private const string StatsD = """
        listen_udp listen_tcp listen_unixgram unix_socket_mode read_buffer:n cache_size:n cache_type event_queue_size:n event_flush_threshold:n
        event_flush_interval:d parse_dogstatsd_tags:b parse_influxdb_tags:b parse_librato_tags:b parse_signalfx_tags:b relay_addr
        relay_packet_length:n
        """;

    private const string Consul = """
        server ca_file cert_file key_file server_name timeout:d insecure_skip_verify:b concurrent_request_limit:n allow_stale:b
        require_consistent:b kv_prefix kv_filter generate_health_summary:b
        """;

    private const string Windows = """
        enabled_collectors:c @dfsr{ sources_enabled:c } @exchange{ enabled_list:c }
        @iis{ app_blacklist app_whitelist site_blacklist site_whitelist app_exclude app_include site_exclude site_include }
        @logical_disk{ enabled_list:c blacklist whitelist include exclude } @mssql{ enabled_classes:c }
        @network{ blacklist whitelist exclude include } @physical_disk{ include exclude } @printer{ exclude include }
        @process{ blacklist whitelist exclude include enable_iis_worker_process:b counter_version:n } @scheduled_task{ exclude include }
        @service{ include exclude } @smb{ enabled_list:c } @smb_client{ enabled_list:c } @smtp{ blacklist whitelist exclude include }
        @text_file>textfile{ text_file_directory>directories:c } @tcp{ enabled_list:c } @update{ online:b scrape_interval:d }
        @filetime{ file_patterns:l } @performancecounter{ objects } @mscluster{ enabled_list:c } @netframework{ enabled_list:c }
        @dns{ enabled_list:c } @net{ enabled_list:c exclude include } @time{ enabled_list:c }
        """;

    private const string Tls = """
        @tls_config{ ca>ca_pem ca_file cert>cert_pem cert_file key>key_pem key_file server_name insecure_skip_verify:b min_version }
        """;

    // Grafana Agent knows these before all others, and the last ones after them.
    private static readonly string[] First = ["agent", "apache_http", "blackbox", "snmp"];
    private static readonly string[] Last = ["gcp_exporter", "mssql", "mongodb_exporter"];

    /// <summary>The order in which the next integrations are converted.</summary>
    public static IReadOnlyList<IntegrationKind> All { get; } =
    [
        new("app_agent_receiver", "app_agent_receiver", "") { IsFormer = false },
        new("eventhandler", "eventhandler", "") { IsFormer = false, IsSingle = true },
        new("azure_exporter", "azure", "azure") { Fields = Azure },
        new("cadvisor", "cadvisor", "cadvisor") { IsSingle = true, Fields = CAdvisor },
        new("catchpoint_exporter", "catchpoint", null),
        new("cloudwatch_exporter", "cloudwatch", "cloudwatch") { Write = CloudWatchArguments.Write },
        new("consul_exporter", "consul", "consul") { Fields = Consul },
        new("dnsmasq_exporter", "dnsmasq", "dnsmasq") { Fields = "dnsmasq_address>address leases_path>leases_file expose_leases:b" },
        new("elasticsearch_exporter", "elasticsearch", "elasticsearch") { Fields = Elastic },
        new("github_exporter", "github", "github")
        {
            Fields = """
                api_url repositories:l organizations:l users:l api_token api_token_file github_app_key_path github_app_id:n
                github_app_installation_id:n github_rate_limit:f
                """,
        },
        new("kafka_exporter", "kafka", "kafka") { Fields = Kafka },
        new("memcached_exporter", "memcached", "memcached") { Fields = "memcached_address>address timeout:d " + Tls },
        new("mysqld_exporter", "mysql", "mysql") { Fields = MySql },
        new("node_exporter", "node_exporter", "unix") { IsSingle = true, Fields = Node },
        new("oracledb", "oracledb", "oracledb") { Fields = OracleFields, Write = ExporterArguments.OracleDatabases },
        new("postgres_exporter", "postgres", "postgres")
        {
            Fields = """
                data_source_names:l disable_settings_metrics:b disable_default_metrics:b query_path>custom_queries_config_path
                autodiscovery{ autodiscover_databases>enabled:b include_databases>database_allowlist:l exclude_databases>database_denylist:l }
                """,
        },
        new("process_exporter", "process", "process") { IsSingle = true, Write = ExporterArguments.Process },
        new("redis_exporter", "redis", "redis") { Fields = Redis },
        new("snowflake", "snowflake", "snowflake")
        {
            Fields = """
                account_name:r username:r password private_key_path private_key_password role=ACCOUNTADMIN warehouse:r exclude_deleted_tables:b
                enable_tracing:b
                """,
        },
        new("squid", "squid", "squid") { Fields = "address:r username password" },
        new("statsd_exporter", "statsd", "statsd") { IsSingle = true, Fields = StatsD, Write = ExporterArguments.StatsD },
        new("vsphere", "vsphere", null),
        new("windows_exporter", "windows", "windows") { IsSingle = true, Fields = Windows },
        new("agent", "agent", "self") { IsSingle = true },
        new("apache_http", "apache_http", "apache") { Fields = "scrape_uri host_override insecure:b" },
        new("blackbox", "blackbox", "blackbox") { IsSingle = true, Write = ExporterArguments.Blackbox },
        new("snmp", "snmp", "snmp") { IsSingle = true, Write = ExporterArguments.Snmp },
        new("gcp_exporter", "gcp", "gcp")
        {
            Fields = """
                project_ids:R metrics_prefixes:R extra_filters:l request_interval:d request_offset:d ingest_delay:b drop_delegated_projects:b
                gcp_client_timeout:d
                """,
        },
        new("mssql", "mssql", "mssql")
        {
            Fields = """
                connection_string:r connection_name max_idle_connections:n max_open_connections:n max_connection_lifetime:d timeout:d query_config:y
                """,
        },
        new("mongodb_exporter", "mongodb", "mongodb") { Fields = Mongo },
    ];

    /// <summary>The order in which those that there have always been are converted.</summary>
    public static IEnumerable<IntegrationKind> Former { get; } =
    [
        .. All.Where(static kind => First.Contains(kind.Name)),
        .. All.Where(static kind => kind.IsFormer && !First.Contains(kind.Name) && !Last.Contains(kind.Name)).OrderBy(static kind => kind.Name, StringComparer.Ordinal),
        .. All.Where(static kind => Last.Contains(kind.Name)),
    ];

    private const string OracleFields = """
        connection_string max_idle_connections>max_idle_conns:n max_open_connections>max_open_conns:n query_timeout:n default_metrics
        custom_metrics:l username password
        """;
}
