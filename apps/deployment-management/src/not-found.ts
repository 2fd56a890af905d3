export { notFound } from '@berth/access';
