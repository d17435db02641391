function initialize(workshop) {
    workshop.load_workshop();
    workshop.data_variable('owner', process.env.BOAT_OWNER || 'nobody');
    workshop.data_variable('now', new Date().toISOString());
}
exports.default = initialize;
module.exports = exports.default;
