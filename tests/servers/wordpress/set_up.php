<?php
// Installs WordPress into an empty database, with a user of each role and an application password
// for each; prints them as JSON. Its arguments: the site's folder and its address.

[, $folder, $url] = $argv;
define('ABSPATH', "$folder/");
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT);
$_SERVER['REQUEST_URI'] = '/';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

require ABSPATH . 'wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

ob_start();
wp_install('Papers', 'administrator', 'admin@example.org', true, '', 'password of tests');
// Posts of its own would stand between those of the tests.
foreach (get_posts(['post_type' => ['post', 'page'], 'post_status' => 'any', 'numberposts' => -1]) as $post) {
    wp_delete_post($post->ID, true);
}
$passwords = [];
foreach (['administrator', 'editor', 'author', 'contributor'] as $role) {
    $user = get_user_by('login', $role);
    $id = $user ? $user->ID : wp_insert_user([
        'user_login' => $role,
        'user_pass' => 'password of tests',
        'user_email' => "$role@example.org",
        'role' => $role,
    ]);
    [$password] = WP_Application_Passwords::create_new_application_password($id, ['name' => 'tests']);
    $passwords[$role] = $password;
}
ob_end_clean();
echo json_encode($passwords), "\n";
